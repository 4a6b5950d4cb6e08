import { cloneElement, type ReactElement, useId } from 'react';
import type { ActivityLogClientError } from '../../client/client.ts';

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** What the service refused. */
  refusal: ActivityLogClientError | undefined;
  /** The names of the input's fields that are given here, for example `days`. */
  of: readonly string[];
  /** The control itself. */
  children: ReactElement<{ id?: string; 'aria-invalid'?: boolean; 'aria-describedby'?: string }>;
}

/** True where the service refused what one of these fields says: it calls them `input.days`, `input.eventKeys[0]`. */
export const isAbout = (refusal: ActivityLogClientError | undefined, of: readonly string[]): boolean =>
  of.includes(/^(?:input\.)?(\w+)/.exec(refusal?.field ?? '')?.[1] ?? '');

/** A control with its name, and with what the service has to say of it. */
export function Field({ label, hint, refusal, of, children }: FieldProps) {
  const id = useId();
  const isRefused = isAbout(refusal, of);
  return (
    <div className="al-field">
      <label htmlFor={id}>{label}</label>
      {cloneElement(children, { id, 'aria-invalid': isRefused, 'aria-describedby': `${id}-said` })}
      <p
        className="al-said"
        id={`${id}-said`}
        data-refused={isRefused || undefined}
        role={isRefused ? 'alert' : undefined}
      >
        {isRefused ? refusal?.message : hint}
      </p>
    </div>
  );
}
