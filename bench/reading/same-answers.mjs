// Whether servers answer alike: with the same bytes, or, where their schema is their own, with the same entries.
import { ofPostgraphile } from './page-query.mjs';

/** The data as it stands in an answer, byte for byte. @throws Error where it is not written as JSON.stringify writes it */
function dataOf(name, text) {
  const written = JSON.stringify(JSON.parse(text).data);
  if (!text.includes(`"data":${written}`)) throw new Error(`${name} writes JSON in another way.`);
  return written;
}

function firstDifference(a, b) {
  let at = 0;
  while (a[at] === b[at]) at += 1;
  return `…${a.slice(Math.max(0, at - 40), at + 40)}… and …${b.slice(Math.max(0, at - 40), at + 40)}…`;
}

const nodesOf = (text) => JSON.parse(text).data.timeline.edges.map(({ node }) => node);
const inOrder = (node) => JSON.stringify(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param answers of ours and of another server, in the same order @throws Error where their bytes differ */
export function needSameBytes(name, ours, theirs) {
  for (const [place, text] of ours.entries()) {
    const [wanted, given] = [dataOf('ours', text), dataOf(name, theirs[place])];
    if (wanted !== given) throw new Error(`${name} answers differently: ${firstDifference(wanted, given)}`);
  }
}

/** The same entries with the same values, whatever they are called and however their ids and cursors are made. */
export function needSameEntries(name, ours, theirs) {
  for (const [place, text] of ours.entries()) {
    const wanted = nodesOf(text).map(({ id: _, ...node }) => inOrder(node));
    const given = nodesOf(theirs[place]).map((node) => inOrder(ofPostgraphile(node)));
    for (const [at, node] of wanted.entries()) {
      if (node !== given[at]) throw new Error(`${name} answers differently: ${firstDifference(node, given[at] ?? '')}`);
    }
  }
}
