/** What stands in the place of the list while there is none. */

const lines = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'];

/** As high as what comes in its place, so that nothing jumps. */
export function LoadingTrail() {
  return (
    <div className="al-loading" role="status">
      <span className="al-hidden">Loading entries…</span>
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
  return (
    <div className="al-placeholder">
      <h2>Nothing here yet</h2>
      <p>{workspace} has no entries that you may see. The first one shows up here by itself as soon as it is logged.</p>
    </div>
  );
}

export function FailedTrail({ failure, onAgain }: { failure: string | undefined; onAgain(): void }) {
  return (
    <div className="al-placeholder" role="alert">
      <h2>The entries could not be loaded</h2>
      <p>{failure}</p>
      <button type="button" className="al-button" data-kind="primary" onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}
