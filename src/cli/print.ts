import { shortName as shortKey } from '../domain/attribute-name.ts';
import { CORE, isExtension } from '../domain/extensions.ts';
import type { JsonValue } from '../domain/json.ts';
import type { PersonRecord } from '../domain/person.ts';
import { visible } from './visible.ts';

/** Prints text with a line break; nothing in it but line breaks and colours is obeyed by the terminal. */
export function print(text = ''): void {
  console.log(visible(text, '\n'));
}

/** Prints data for programs. */
export function printJson(data: unknown): void {
  console.log(JSON.stringify(data, null, 2));
}

/** A time of the admin API for people: `2026-01-31 12:00:03Z`; a dash for none. */
export function showTime(iso: string | null): string {
  return iso === null ? '-' : iso.replace('T', ' ').replace(/(\.\d+)?Z$/, 'Z');
}

/** Whom a sentence is about: the userName, and that they are deleted if they are. */
export function showWho({ person: { resource, deleted } }: PersonRecord): string {
  const who = showValue(resource.userName);
  return deleted === null ? who : `${who} (deleted on ${showTime(new Date(deleted).toISOString())})`;
}

/** A value of a profile for people; nothing for none. */
export function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A key, or an extension of a Concur profile, as the configuration names it: `enterprise:department`, `role`, `core`. */
export function shortName(name: string): string {
  if (name === CORE) return 'core';
  return isExtension(name) ? shortKey(`${name}:`).slice(0, -1) : shortKey(name);
}
