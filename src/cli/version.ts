import { readFileSync } from 'node:fs';
import { isJsonObject } from '../domain/json.ts';

/** The version of the package, two folders up both in the sources and in what is built of them. */
export function version(): string {
  const about: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isJsonObject(about) ? String(about.version) : '';
}
