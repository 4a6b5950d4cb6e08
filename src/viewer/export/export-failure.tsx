import { ActivityLogClientError, type ClientErrorCode } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';

/** Those that the viewer has words for; any other is a mistake of the service. */
const known = ['BAD_USER_INPUT', 'FORBIDDEN', 'LIMIT_EXCEEDED', 'UNAUTHENTICATED', 'UNAVAILABLE'] as const;
const isKnown = (code: ClientErrorCode): code is (typeof known)[number] => known.some((one) => one === code);

/** Why an export has stopped, and what to do about it; with the service's own words, which are in English, where it has said any. */
export function ExportFailure({ failure }: { failure: unknown }) {
  const say = useSay();
  if (!(failure instanceof ActivityLogClientError)) return <p>{say('export.failed.file')}</p>;
  const { code, message, status } = failure;
  return (
    <>
      <p>{say(`export.failed.${isKnown(code) ? code : 'INTERNAL'}`)}</p>
      {status !== undefined && (
        <p className="al-export-note" dir="auto">
          {say('export.failed.said', { message })}
        </p>
      )}
    </>
  );
}
