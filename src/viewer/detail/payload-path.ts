import type { PathStep, PayloadNode } from './payload-nodes.ts';
import { escapeHidden } from './visible-pieces.ts';

/** A name in quotes, as RFC 9535 writes it. */
function quoted(name: string): string {
  const inDouble = JSON.stringify(name).slice(1, -1);
  return `'${escapeHidden(inDouble).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

const selectorOf = (step: PathStep): string => {
  if (typeof step === 'number') return `[${step}]`;
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `[${quoted(step)}]`;
};

/**
 * The way to a value as JSONPath (RFC 9535): `$.media[0]['a b']`; hidden characters are escapes in it. A slice of a list is
 * one, `$.media[100:200]`; a slice of an object goes by the name of the object.
 */
export function pathText({ path, kind, value, from, size }: PayloadNode): string {
  const slice = kind === 'slice' && Array.isArray(value) ? `[${from}:${from + size}]` : '';
  return `$${path.map(selectorOf).join('')}${slice}`;
}
