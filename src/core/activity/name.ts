import { ActivityLogError, shorten } from '../../errors.ts';
import { isLongerThan, isStorableText } from './text.ts';

/**
 * Checks an id or a name of a workspace or brand: 1 to 256 characters that can be stored.
 * @throws ActivityLogError BAD_USER_INPUT with `input.{field}`
 */
export function acceptName(field: string, value: string): string {
  const refuse = (message: string): never => {
    throw new ActivityLogError('BAD_USER_INPUT', `${field} ${message}`, { field: `input.${field}` });
  };
  if (value === '') refuse('must not be empty');
  if (isLongerThan(value, 256)) refuse(`takes at most 256 characters, got ${shorten(value)}`);
  if (!isStorableText(value)) refuse('must not contain U+0000 or a lone surrogate');
  return value;
}
