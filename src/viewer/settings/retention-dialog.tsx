import { Dialog } from '@base-ui/react/dialog';
import { CloseIcon } from '../timeline/icons.tsx';
import { useTimeline } from '../timeline/timeline-context.ts';
import { failureIn } from '../words/failure.ts';
import { useDirection, useSay } from '../words/localised.tsx';
import { Holds } from './holds.tsx';
import { Policies } from './policies.tsx';
import { useRetention } from './use-retention.ts';

interface RetentionDialogProps {
  /** The root of the timeline, which it stands in. */
  container: Element | null;
  onClose(): void;
}

/** For how long entries are kept, and what has to stay whatever is said there. A part of its own: few ever open it. */
export default function RetentionDialog({ container, onClose }: RetentionDialogProps) {
  const say = useSay();
  const dir = useDirection();
  const { names } = useTimeline();
  const retention = useRetention();
  const { policies, holds, failure } = retention;
  return (
    <Dialog.Root open onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal container={container as HTMLElement | null}>
        <Dialog.Backdrop className="al-backdrop" />
        <Dialog.Popup className="al-dialog" dir={dir}>
          <header>
            <Dialog.Title>{say('settings.heading')}</Dialog.Title>
            <Dialog.Close className="al-tool" aria-label={say('detail.close')}>
              <CloseIcon />
            </Dialog.Close>
          </header>
          <Dialog.Description>{say('settings.text', { workspace: names.workspace })}</Dialog.Description>
          {failure !== undefined && (
            <p className="al-problem" role="alert">
              {failureIn(say, failure)}
            </p>
          )}
          {policies !== undefined && <Policies policies={policies} retention={retention} />}
          {holds !== undefined && <Holds holds={holds} retention={retention} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
