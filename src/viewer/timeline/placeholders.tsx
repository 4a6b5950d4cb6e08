import type { ActivityLogClientError } from '../../client/client.ts';
import { failureIn } from '../words/failure.ts';
import { useSay } from '../words/localised.tsx';
import { useTimeline } from './timeline-context.ts';

/** What stands in the place of the list while there is none. */

const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

/** As high as what comes in its place, so that nothing jumps. */
export function LoadingTrail() {
  const say = useSay();
  return (
    <div className="al-loading" role="status">
      <span className="al-hidden">{say('list.loading')}</span>
      <div className="al-day" aria-hidden="true">
        <span className="al-bone" />
      </div>
      {lines.map((line) => (
        <div className="al-entry" key={line} aria-hidden="true">
          <span className="al-marker" />
          <div className="al-what">
            <span className="al-bone" />
            <span className="al-bone" />
          </div>
        </div>
      ))}
    </div>
  );
}

export function EmptyTrail({ workspace }: { workspace: string }) {
  const say = useSay();
  const isClient = useTimeline().role === 'CLIENT';
  return (
    <div className="al-placeholder">
      <h2>{say(isClient ? 'empty.client.heading' : 'empty.heading')}</h2>
      <p>{isClient ? say('empty.client.text') : say('empty.text', { workspace })}</p>
    </div>
  );
}

export function FailedTrail({ failure, onAgain }: { failure: ActivityLogClientError | undefined; onAgain(): void }) {
  const say = useSay();
  return (
    <div className="al-placeholder" role="alert">
      <h2>{say('failed.heading')}</h2>
      <p>{failure && failureIn(say, failure)}</p>
      <button type="button" className="al-button" data-kind="primary" onClick={onAgain}>
        {say('tryAgain')}
      </button>
    </div>
  );
}
