/** What a setting is, the ways in which values are read, and what is said of those that are not taken. */
import { shorten } from './errors.ts';

/** A setting of an application, as an environment variable. */
export interface Setting<T> {
  /** The environment variable. */
  name: string;
  /** The default as a person would read it. */
  default: string;
  /** What it takes, for messages and docs. */
  takes: string;
  help: string;
  /** True where the value must never be printed. */
  secret?: boolean;
  /** `raw` is undefined where the variable is unset or empty. Throws where the value is not one that it takes. */
  parse(raw: string | undefined): T;
}

/** Any text, or none. */
export const optionalText = (raw: string | undefined): string | undefined => raw;

/** A whole number. @param otherwise where the variable is unset */
export function whole(least: number, most: number, otherwise: number) {
  return (raw: string | undefined): number => {
    if (raw === undefined) return otherwise;
    const value = Number(raw);
    if (!/^\d+$/.test(raw) || value < least || value > most) throw new Error('out of range');
    return value;
  };
}

/** One of some words. @param otherwise where the variable is unset */
export function oneOf<const T extends string>(values: readonly T[], otherwise: T) {
  return (raw: string | undefined): T => {
    if (raw === undefined) return otherwise;
    const found = values.find((value) => value === raw);
    if (found === undefined) throw new Error('unknown value');
    return found;
  };
}

/** A URL, or none. @param protocols those that it may have, as `https:` */
export function url(protocols: readonly string[]) {
  return (raw: string | undefined): string | undefined => {
    if (raw === undefined) return undefined;
    if (raw === 'memory://' && protocols.includes('memory:')) return raw;
    if (!protocols.includes(new URL(raw).protocol)) throw new Error('unknown protocol');
    return raw;
  };
}

/** Origins of pages, a comma between two; `*` alone, and where there is none, for all of them. */
export function origins(raw: string | undefined): '*' | readonly string[] {
  if (raw === undefined || raw === '*') return '*';
  return raw.split(',').map((part) => {
    const { origin, protocol } = new URL(part.trim());
    if (origin !== part.trim().replace(/\/$/, '') || !/^https?:$/.test(protocol)) throw new Error('not an origin');
    return origin;
  });
}

/** A setting that cannot be used. The message lists every bad one. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the settings of a table from an environment; an empty variable counts as unset.
 * @throws ConfigError naming each bad setting, what it got (never a secret) and what it takes.
 */
export function readSettings<T extends Record<string, Setting<unknown>>>(
  table: T,
  env: Record<string, string | undefined>,
): { [K in keyof T]: ReturnType<T[K]['parse']> } {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(table)) {
    const raw = env[setting.name] === '' ? undefined : env[setting.name];
    try {
      values[key] = setting.parse(raw);
    } catch {
      const got = setting.secret ? 'a value that it cannot use' : shorten(raw);
      problems.push(`${setting.name} got ${got}; it takes ${setting.takes}.`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return values as { [K in keyof T]: ReturnType<T[K]['parse']> };
}
