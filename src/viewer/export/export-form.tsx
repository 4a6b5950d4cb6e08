import { useId } from 'react';
import type { ActivityExportFormat } from '../../client/client.ts';
import { useSay } from '../words/localised.tsx';
import { exportFormatNames } from './export-formats.ts';
import { canWriteFiles, mostInMemory } from './export-target.ts';
import { useAmounts } from './use-amounts.ts';
import type { ExportCount } from './use-export-count.ts';

const names: Record<ActivityExportFormat, string> = { CSV: 'CSV', JSONL: 'JSON Lines', JSON: 'JSON' };

interface ExportFormProps {
  count: ExportCount;
  format: ActivityExportFormat;
  onFormat(format: ActivityExportFormat): void;
  onStart(): void;
  /** Called where the browser is to download it by itself. */
  onHandOver(): void;
}

/** What would be exported, said before it is, and how it is to be written. */
export function ExportForm({ count, format, onFormat, onStart, onHandOver }: ExportFormProps) {
  const say = useSay();
  const amounts = useAmounts();
  const name = useId();
  const isNothing = count.kind === 'counted' && count.value === 0;
  // Where the browser lets the page write no file, and it may become a large one.
  const isLimited = !canWriteFiles() && !(count.kind === 'counted' && count.exact);
  return (
    <form
      className="al-export"
      onSubmit={(event) => {
        event.preventDefault();
        onStart();
      }}
    >
      <p className="al-export-count" role="status">
        <CountInWords count={count} />
      </p>
      {!isNothing && (
        <>
          <fieldset className="al-export-formats">
            <legend>{say('export.format')}</legend>
            {exportFormatNames.map((one) => (
              <label key={one}>
                <input type="radio" name={name} checked={one === format} onChange={() => onFormat(one)} />
                <span>
                  <b>{names[one]}</b>
                  <small>{say(`export.format.${one}`)}</small>
                </span>
              </label>
            ))}
          </fieldset>
          <p className="al-export-note">
            {say('export.moment')}
            {isLimited && ` ${say('export.inPage', { size: amounts.size(mostInMemory) })}`}
          </p>
          <div className="al-export-actions">
            {isLimited && (
              <button type="button" className="al-button" onClick={onHandOver}>
                {say('export.handOver')}
              </button>
            )}
            <button type="submit" className="al-button" data-kind="primary">
              {say('export.button')}
            </button>
          </div>
        </>
      )}
    </form>
  );
}

function CountInWords({ count }: { count: ExportCount }) {
  const say = useSay();
  const { entries } = useAmounts();
  if (count.kind === 'loading') return say('export.count.loading');
  if (count.kind === 'failed') return say('export.count.failed');
  if (count.value === 0) return say('export.count.none');
  return count.exact ? entries(count.value) : say('export.count.more', { entries: entries(count.value) });
}
