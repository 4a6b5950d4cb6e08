import type { Connection } from './trail.ts';

const said: Record<Connection, string> = {
  connecting: 'Connecting…',
  live: 'Live',
  reconnecting: 'Reconnecting…',
  stopped: 'Not live',
};

interface ConnectionStatusProps {
  connection: Connection;
  /** Why it was stopped. */
  failure: string | undefined;
  onAgain(): void;
}

/** Whether new entries come in by themselves at this moment. */
export function ConnectionStatus({ connection, failure, onAgain }: ConnectionStatusProps) {
  return (
    <div className="al-connection" data-connection={connection}>
      <p role="status" title={connection === 'stopped' ? failure : undefined}>
        <span className="al-lamp" aria-hidden="true" />
        {said[connection]}
      </p>
      {connection === 'stopped' && (
        <button type="button" className="al-button" onClick={onAgain}>
          Connect again
        </button>
      )}
    </div>
  );
}
