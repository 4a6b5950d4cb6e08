import { Dialog } from '@base-ui/react/dialog';
import { CloseIcon } from '../timeline/icons.tsx';
import { useSay } from '../words/localised.tsx';

const keys = [
  [['/'], 'find.keys.does.search'],
  [['j', '↓'], 'find.keys.does.older'],
  [['k', '↑'], 'find.keys.does.newer'],
  [['Enter'], 'find.keys.does.enter'],
  [['Esc'], 'find.keys.does.escape'],
  [['g'], 'find.keys.does.day'],
  [['p'], 'find.keys.does.pause'],
  [['Del', '⌫'], 'find.keys.does.chip'],
  [['?'], 'find.keys.does.keys'],
] as const;

interface KeysDialogProps {
  /** What it opens in: the timeline, which may stand in a shadow root. */
  container: HTMLElement | null;
  onClose(): void;
}

/** All keys of a timeline. */
export function KeysDialog({ container, onClose }: KeysDialogProps) {
  const say = useSay();
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal container={container}>
        <Dialog.Backdrop className="al-backdrop" />
        <Dialog.Popup className="al-dialog" data-size="small">
          <header className="al-dialog-head">
            <Dialog.Title className="al-popover-title">{say('find.keys')}</Dialog.Title>
            <Dialog.Close className="al-tool" aria-label={say('find.keys.close')}>
              <CloseIcon />
            </Dialog.Close>
          </header>
          <dl className="al-keys">
            {keys.map(([names, does]) => (
              <div key={does}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{say(does)}</dd>
              </div>
            ))}
          </dl>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
