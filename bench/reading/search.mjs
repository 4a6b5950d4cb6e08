// Section search: what people type, frequent and rare.
import { rareThings } from './data-set.mjs';
import { measureLatency } from './latency.mjs';
import { entriesFound as found, filteredPageQuery as query } from './page-query.mjs';

export async function search({ data }) {
  const { main } = rareThings().workspaces;
  const questions = [
    ['a frequent word', 'fix'],
    ['a word of some', 'deprecated'],
    ['a rare word', 'flaky'],
    ['two words', 'fix memory'],
    ['two rare words', 'flaky timeout'],
    ['a phrase', '"fix types"'],
    ['a prefix', 'depre*'],
    ['an identifier', 'content.deleted'],
    ['a file', 'package.json'],
    ['a word without another', 'fix -test'],
    ['nothing at all', 'xyzzyplugh'],
  ].map(([name, text]) => ({
    name: `${name}: ${text}`,
    most: 50,
    query,
    variables: { w: main, filter: { search: text } },
    found,
  }));
  questions.push({
    name: 'a word and a rare severity: test ERROR',
    most: 50,
    query,
    variables: { w: main, filter: { search: 'test', severities: ['ERROR'] } },
    found,
  });
  await measureLatency({ data }, 'A page of 50 by a search', questions);
}
