import { lazy, Suspense, useRef, useState } from 'react';
import { DownloadIcon } from '../timeline/icons.tsx';
import { useSay } from '../words/localised.tsx';

const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog.tsx')).ExportDialog }));

/** Opens the dialog that exports what is on the screen, and shows whether an export is under way. */
export function ExportButton() {
  const say = useSay();
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const label = say(isBusy ? 'export.button.busy' : 'export.button');
  return (
    <>
      <button
        type="button"
        className="al-button al-export-button"
        ref={button}
        title={label}
        aria-label={label}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-busy={isBusy || undefined}
        onClick={() => {
          setWasOpen(true);
          setOpen(true);
        }}
      >
        <DownloadIcon />
        <span aria-hidden="true">{label}</span>
      </button>
      {wasOpen && (
        <Suspense>
          <ExportDialog isOpen={isOpen} button={button} onClose={() => setOpen(false)} onBusy={setBusy} />
        </Suspense>
      )}
    </>
  );
}
