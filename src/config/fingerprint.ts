import { createHash } from 'node:crypto';
import { isJsonObject } from '../domain/json.ts';

/** Settings of a connection that change nothing about what Concur should hold for anybody. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'baseUrl',
  'clientId',
  'clientSecret',
  'refreshToken',
  'scimToken',
  'rateLimit',
  'allowedHosts',
  'polling',
  'batching',
  'validation',
  'verdictWindow',
  'deactivationGuard',
  'delivery',
]);

/**
 * What tells whether people are planned by other settings than before: a hash over everything of a connection that
 * may change what Concur should hold for somebody, as it is written. A setting that is not known to change nothing
 * counts.
 *
 * @param connection its section of the file, defaults filled in
 * @param files the texts of the files that its mapping names
 * @param version of the program: with another one the built-in mapping may be another
 * @returns SHA-256 in hex; the order of names does not matter
 */
export function fingerprintOf(connection: object, files: readonly string[], version = ''): string {
  const settings = Object.fromEntries(
    Object.entries(connection).filter(([name]) => !WITHOUT_EFFECT.has(name)),
  );
  const inOrder = (_name: string, value: unknown) =>
    isJsonObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  return createHash('sha256')
    .update(JSON.stringify([settings, files, version], inOrder))
    .digest('hex');
}
