import type { ActivityLogClientError } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { PauseIcon, PlayIcon } from './icons.tsx';
import type { Connection } from './trail-state.ts';

interface ConnectionStatusProps {
  connection: Connection;
  /** Why it was stopped. */
  failure: ActivityLogClientError | undefined;
  isPaused: boolean;
  /** Entries that have come in and are not shown. */
  waiting: number;
  onAgain(): void;
  /** Pauses, or goes on. */
  onPause(): void;
}

/** Whether new entries come in by themselves at this moment, and what stops and starts that. */
export function ConnectionStatus(props: ConnectionStatusProps) {
  const { connection, failure, isPaused, waiting, onAgain, onPause } = props;
  const say = useSay();
  // A connection that is lost is lost, paused or not.
  const shown = isPaused && connection === 'live' ? 'paused' : connection;
  return (
    <div className="al-connection" data-connection={shown}>
      <p role="status" title={failure && failureIn(say, failure)}>
        <span className="al-lamp" aria-hidden="true" />
        {say(`connection.${shown}`)}
      </p>
      {connection === 'stopped' ? (
        <button type="button" className="al-button" onClick={onAgain}>
          {say('connection.again')}
        </button>
      ) : (
        <button
          type="button"
          className="al-button al-pause"
          data-kind={isPaused ? 'primary' : undefined}
          title={say('list.pause.hint')}
          onClick={onPause}
        >
          {isPaused ? <PlayIcon /> : <PauseIcon />}
          <span>{isPaused ? say('list.resume', { count: waiting }) : say('list.pause')}</span>
        </button>
      )}
    </div>
  );
}
