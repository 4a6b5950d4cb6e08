import type { ActivityLogClientError } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import type { Connection } from './trail.ts';

interface ConnectionStatusProps {
  connection: Connection;
  /** Why it was stopped. */
  failure: ActivityLogClientError | undefined;
  onAgain(): void;
}

/** Whether new entries come in by themselves at this moment. */
export function ConnectionStatus({ connection, failure, onAgain }: ConnectionStatusProps) {
  const say = useSay();
  return (
    <div className="al-connection" data-connection={connection}>
      <p role="status" title={failure && failureIn(say, failure)}>
        <span className="al-lamp" aria-hidden="true" />
        {say(`connection.${connection}`)}
      </p>
      {connection === 'stopped' && (
        <button type="button" className="al-button" onClick={onAgain}>
          {say('connection.again')}
        </button>
      )}
    </div>
  );
}
