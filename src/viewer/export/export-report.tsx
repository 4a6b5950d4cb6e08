import { type ReactNode, useSyncExternalStore } from 'react';
import { ActivityLogClientError } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { ExportFailure } from './export-failure.tsx';
import type { ExportJob, ExportJobState } from './export-job.ts';
import { ExportProgressBar } from './export-progress-bar.tsx';
import { mostInMemory } from './export-target.ts';
import { useAmounts } from './use-amounts.ts';

interface ExportReportProps {
  job: ExportJob;
  /** How many entries there are, where that is known. */
  total: number | undefined;
  onAnother(): void;
}

/** An export under way, and what has become of it. */
export function ExportReport({ job, total, onAnother }: ExportReportProps) {
  const say = useSay();
  const { entries, size } = useAmounts();
  const state = useSyncExternalStore(job.subscribe, () => job.state);
  const { phase, failure, progress } = state;
  const another = (
    <button type="button" className="al-button" onClick={onAnother}>
      {say('export.again')}
    </button>
  );
  switch (phase) {
    case 'running':
    case 'checking':
    case 'cancelled':
      return <UnderWay job={job} state={state} total={total} />;
    case 'done':
      return <Done state={state}>{another}</Done>;
    case 'failed':
      return (
        <div className="al-export">
          <h3>{say('export.failed')}</h3>
          <div className="al-export-problem" role="alert">
            <ExportFailure failure={failure} />
          </div>
          {progress.count > 0 && (
            <p className="al-export-total">
              {entries(progress.count)} · {size(progress.bytes)}
            </p>
          )}
          <div className="al-export-actions">
            {another}
            {failure instanceof ActivityLogClientError && (
              <button type="button" className="al-button" data-kind="primary" onClick={() => void job.again()}>
                {say('tryAgain')}
              </button>
            )}
          </div>
        </div>
      );
    case 'tooLarge':
    case 'handedOver':
      return (
        <div className="al-export">
          <h3>{say(phase === 'tooLarge' ? 'export.tooLarge' : 'export.handedOver')}</h3>
          <p role="status">
            {phase === 'tooLarge'
              ? say('export.tooLarge.text', { size: size(mostInMemory) })
              : say('export.handedOver.text')}
          </p>
          <div className="al-export-actions">
            {another}
            {phase === 'tooLarge' && (
              <button type="button" className="al-button" data-kind="primary" onClick={() => void job.handOver()}>
                {say('export.handOver')}
              </button>
            )}
          </div>
        </div>
      );
  }
}

function UnderWay({ job, state, total }: { job: ExportJob; state: ExportJobState; total: number | undefined }) {
  const say = useSay();
  const isChecking = state.phase === 'checking';
  const now = isChecking ? 'export.checking' : state.progress.isCut ? 'export.cut' : 'export.running';
  return (
    <div className="al-export">
      <h3>
        <span role="status">{say(now)}</span>
      </h3>
      <ExportProgressBar state={state} total={total} />
      <p className="al-export-note">{say('export.background')}</p>
      <div className="al-export-actions">
        <button type="button" className="al-button" onClick={() => void job.cancel()}>
          {say(isChecking ? 'export.checking.skip' : 'export.cancel')}
        </button>
      </div>
    </div>
  );
}

function Done({ state, children }: { state: ExportJobState; children: ReactNode }) {
  const say = useSay();
  const { entries, size } = useAmounts();
  const { received, check = 'unknown' } = state;
  if (received === undefined) return null;
  return (
    <div className="al-export">
      <h3>{say('export.done')}</h3>
      <p className="al-export-total">
        {entries(received.count)} · {size(received.bytes)}
      </p>
      <div
        className={check === 'other' ? 'al-export-problem' : 'al-export-check'}
        data-check={check}
        role={check === 'other' ? 'alert' : 'status'}
      >
        <p>{say(`export.done.${check}`)}</p>
      </div>
      <p className="al-export-note">
        SHA-256 <code>{received.sha256}</code>
      </p>
      <div className="al-export-actions">{children}</div>
    </div>
  );
}
