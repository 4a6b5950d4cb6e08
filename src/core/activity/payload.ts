import { ActivityLogError } from '../../errors.ts';
import { isStorableText, utf8Length } from './text.ts';

/** Deeper payloads are refused: JSON.stringify and PostgreSQL's parser both recurse. */
export const payloadDepth = 100;
/** Bytes of the payload as JSON text, in UTF-8. */
export const payloadBytes = 65_536;

function refuse(message: string): never {
  throw new ActivityLogError('BAD_USER_INPUT', `payload ${message}`, { field: 'payload' });
}

/** JSON has no other numbers, and what it has beyond them (1e999) arrives as Infinity. */
function checkNumber(value: number): void {
  if (!Number.isFinite(value)) refuse(`must not contain a number that is none or too large, got ${value}`);
}

function checkDepth(payload: object): void {
  const open: { value: object; depth: number }[] = [{ value: payload, depth: 1 }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.depth > payloadDepth) refuse(`may be nested at most ${payloadDepth} levels deep`);
    for (const value of Object.values(at.value)) {
      if (typeof value === 'number') checkNumber(value);
      if (typeof value === 'object' && value !== null) open.push({ value, depth: at.depth + 1 });
    }
  }
}

/**
 * A payload as the JSON text that is stored; null for null and undefined.
 * @throws ActivityLogError BAD_USER_INPUT where it is no JSON, too deep, too large, or has text that cannot be kept.
 */
export function payloadToText(payload: unknown): string | null {
  if (payload === undefined || payload === null) return null;
  if (typeof payload === 'object') checkDepth(payload);
  if (typeof payload === 'number') checkNumber(payload);
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (cause) {
    throw new ActivityLogError('BAD_USER_INPUT', `payload must be JSON: ${(cause as Error).message}`, {
      field: 'payload',
      cause,
    });
  }
  if (text === undefined) return refuse(`must be JSON, got a ${typeof payload}`);
  const bytes = utf8Length(text);
  if (bytes > payloadBytes) return refuse(`takes at most ${payloadBytes} bytes as JSON, got ${bytes}`);
  // JSON.stringify writes U+0000 and lone surrogates as escapes; only text with such an escape needs the closer look.
  if (/\\u(?:0000|d[89a-f])/.test(text)) {
    JSON.parse(text, (key, value: unknown) => {
      if (!isStorableText(key) || (typeof value === 'string' && !isStorableText(value))) {
        refuse('must not contain U+0000 or a lone surrogate');
      }
      return value;
    });
  }
  return text;
}
