import { FormattedMessage, useIntl } from 'react-intl';
import { useSay } from '../words/localised.tsx';
import type { Suggestion } from './suggest.ts';

/** What a suggestion is, in a line: what would be written, what that means, and how many entries there are. */
export function SuggestionText({ suggestion }: { suggestion: Suggestion }) {
  const say = useSay();
  const { formatNumber } = useIntl();
  if (suggestion.kind === 'qualifier')
    return (
      <>
        <code dir="ltr">{suggestion.qualifier}:</code>
        <span className="al-suggestion-label">{say(`find.hint.${suggestion.qualifier}`)}</span>
      </>
    );
  if (suggestion.kind !== 'value')
    return (
      <span>
        <FormattedMessage
          id={suggestion.kind === 'search' ? 'find.searchExactly' : 'find.searchPrefix'}
          values={{ words: <bdi className="al-suggestion-words">{suggestion.words}</bdi> }}
        />
      </span>
    );
  const { qualifier, value, label, count } = suggestion;
  return (
    <>
      <code dir="ltr">
        <span className="al-suggestion-qualifier">{qualifier}:</span>
        <bdi>{value}</bdi>
      </code>
      <bdi className="al-suggestion-label">{label}</bdi>
      {count !== undefined && (
        <span className="al-suggestion-count">
          <span aria-hidden="true">{formatNumber(count, { notation: 'compact' })}</span>
          <span className="al-hidden">{say('find.entries', { count })}</span>
        </span>
      )}
    </>
  );
}
