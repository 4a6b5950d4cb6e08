import type {
  ActivityActorType,
  ActivityEntityType,
  ActivitySeverity,
  ActivityVisibility,
} from '../../client/client.ts';
import { isMoment } from './moment.ts';

/** What may stand before a colon. */
export const qualifiers = [
  'event',
  'actor',
  'user',
  'actortype',
  'severity',
  'brand',
  'entity',
  'type',
  'context',
  'visibility',
  'after',
  'before',
] as const;

export type Qualifier = (typeof qualifiers)[number];

/** Conditions that the service refuses to clients. */
export const internalQualifiers: readonly Qualifier[] = ['user', 'context'];
/** Of these one value holds, of the others any of several. */
export const singleQualifiers: readonly Qualifier[] = ['after', 'before'];

/** What the service's enumerations take. */
export const enumerations = {
  severity: ['INFO', 'WARNING', 'ERROR'] satisfies ActivitySeverity[],
  actortype: ['USER', 'WORKER', 'SYSTEM', 'INTEGRATION'] satisfies ActivityActorType[],
  visibility: ['CLIENT', 'INTERNAL', 'SYSTEM'] satisfies ActivityVisibility[],
  type: [
    'BRAND',
    'CONTENT',
    'MEDIA',
    'OTHER',
    'PUBLICATION',
    'SETTINGS',
    'SOCIAL_ACCOUNT',
    'USER',
    'WORKSPACE',
  ] satisfies ActivityEntityType[],
} as const;

/** What people also write. */
const alike: Record<string, string> = { warn: 'warning' };

/** One of an enumeration, whatever its case; in lower case. */
function readEnumerated(qualifier: keyof typeof enumerations, value: string): string | undefined {
  const plain = value.toLowerCase().replace(/[ -]/g, '_');
  const name = alike[plain] ?? plain;
  return enumerations[qualifier].some((one) => one.toLowerCase() === name) ? name : undefined;
}

/** `publication/pub_2041`: everything behind the first slash is the id. */
function readEntity(value: string): string | undefined {
  const slash = value.indexOf('/');
  const type = readEnumerated('type', value.slice(0, Math.max(slash, 0)));
  return type === undefined || slash + 1 === value.length ? undefined : `${type}${value.slice(slash)}`;
}

/** `publication.failed`, or `publication.*`: a star stands behind the last dot, or nowhere. */
function readEvent(value: string): string | undefined {
  const key = value.toLowerCase();
  return !key.includes('*') || /^[^*]+\.\*$/.test(key) ? key : undefined;
}

/** A qualifier by its name, whatever its case. */
export const qualifierOf = (name: string): Qualifier | undefined =>
  qualifiers.find((one) => one === name.toLowerCase());

/** A value in the one form that it is compared in; undefined where the qualifier does not take it. */
export function readValueOf(qualifier: Qualifier, value: string): string | undefined {
  switch (qualifier) {
    case 'severity':
    case 'actortype':
    case 'visibility':
    case 'type':
      return readEnumerated(qualifier, value);
    case 'entity':
      return readEntity(value);
    case 'event':
      return readEvent(value);
    case 'after':
    case 'before':
      return isMoment(value) ? value : undefined;
    default:
      return value;
  }
}
