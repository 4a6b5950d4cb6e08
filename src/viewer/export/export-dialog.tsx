import { Dialog } from '@base-ui/react/dialog';
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { ActivityExportFormat } from '../../client/client.ts';
import { CloseIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { useSay } from '../words/localised.tsx';
import { ExportForm } from './export-form.tsx';
import { exportFileName } from './export-formats.ts';
import { ExportJob } from './export-job.ts';
import { ExportReport } from './export-report.tsx';
import { chooseTarget, type ExportTarget, pageTarget } from './export-target.ts';
import { useExportCount } from './use-export-count.ts';

interface ExportDialogProps {
  isOpen: boolean;
  /** What opened it: it stands in the timeline, which may stand in a shadow root. */
  button: RefObject<HTMLButtonElement | null>;
  onClose(): void;
  /** Called when an export begins to be under way, and when it ends. */
  onBusy(isBusy: boolean): void;
}

/** An export with what there was to say of it when it began: the query may be another one meanwhile. */
interface Begun {
  job: ExportJob;
  query: string;
  workspace: string;
  /** Undefined where nobody knows. */
  total: number | undefined;
}

/** Exports what is on the screen. What is under way goes on while it is closed. */
export function ExportDialog({ isOpen, button, onClose, onBusy }: ExportDialogProps) {
  const say = useSay();
  const { client, workspaceId, place, filter, names } = useTimeline();
  const count = useExportCount(client, workspaceId, filter, isOpen);
  const [format, setFormat] = useState<ActivityExportFormat>('CSV');
  const [begun, setBegun] = useState<Begun>();
  const body = useRef<HTMLDivElement>(null);

  const begin = (target: ExportTarget): ExportJob => {
    const job = new ExportJob({ client, order: { workspaceId, filter, format }, target });
    const total = count.kind === 'counted' && count.exact ? count.value : undefined;
    setBegun({ job, query: place.query, workspace: names.workspace, total });
    return job;
  };
  const fileName = () => exportFileName(workspaceId, format, new Date());
  const start = async () => {
    const target = await chooseTarget(fileName(), format);
    if (target !== undefined) await begin(target).run();
  };
  const handOver = () => void begin(pageTarget(fileName(), format)).handOver();
  const another = () => {
    void begun?.job.cancel();
    setBegun(undefined);
  };

  const job = begun?.job;
  useEffect(() => {
    if (job === undefined) return;
    const look = () => {
      const { phase } = job.state;
      onBusy(phase === 'running' || phase === 'checking');
      if (phase === 'cancelled') setBegun((now) => (now?.job === job ? undefined : now));
    };
    look();
    const leave = job.subscribe(look);
    // Whoever leaves the page would lose it: the browser asks.
    const warn = (event: BeforeUnloadEvent) => job.state.phase === 'running' && event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => {
      leave();
      window.removeEventListener('beforeunload', warn);
      // Also where the timeline goes away: nobody would see it any more.
      void job.cancel();
      onBusy(false);
    };
  }, [job, onBusy]);
  // What had the focus is gone with what was shown before.
  const isBegun = job !== undefined;
  const wasBegun = useRef(isBegun);
  useEffect(() => {
    if (wasBegun.current !== isBegun) body.current?.focus();
    wasBegun.current = isBegun;
  }, [isBegun]);

  const { query, workspace } = begun ?? { query: place.query, workspace: names.workspace };
  return (
    <Dialog.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal container={button.current?.closest<HTMLElement>('.al-timeline') ?? null}>
        <Dialog.Backdrop className="al-backdrop" />
        <Dialog.Popup className="al-dialog" initialFocus={body} finalFocus={button}>
          <header className="al-dialog-head">
            <Dialog.Title className="al-popover-title">{say('export.button')}</Dialog.Title>
            <Dialog.Close className="al-tool" aria-label={say('export.close')}>
              <CloseIcon />
            </Dialog.Close>
          </header>
          <div className="al-export-body" ref={body} tabIndex={-1}>
            <p className="al-export-what">
              <span className="al-hidden">{say('export.what')}: </span>
              {query === '' ? (
                <span dir="auto">{say('export.what.all', { workspace })}</span>
              ) : (
                <code dir="auto">{query}</code>
              )}
            </p>
            {begun === undefined ? (
              <ExportForm
                {...{ count, format }}
                onFormat={setFormat}
                onStart={() => void start()}
                onHandOver={handOver}
              />
            ) : (
              <ExportReport job={begun.job} total={begun.total} onAnother={another} />
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
