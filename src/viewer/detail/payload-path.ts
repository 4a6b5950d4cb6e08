import type { PathStep } from './payload-nodes.ts';
import { escapeHidden } from './visible-pieces.ts';

/** A name in quotes, as RFC 9535 writes it. */
function quoted(name: string): string {
  const inDouble = JSON.stringify(name).slice(1, -1);
  return `'${escapeHidden(inDouble).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** The way to a value as JSONPath (RFC 9535): `$.media[0]['a b']`; hidden characters are escapes in it. */
export const pathText = (path: readonly PathStep[]): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === 'number'
        ? `${text}[${step}]`
        : /^[A-Za-z_][A-Za-z0-9_]*$/.test(step)
          ? `${text}.${step}`
          : `${text}[${quoted(step)}]`,
    '$',
  );
