import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import { invalidSyntax } from './error.ts';

/** How deep a body may be nested; no resource and no message comes near it. */
const DEEPEST = 64;

/**
 * Refuses a value nested deeper than 64 levels of arrays and objects, so that no recursion over a
 * client's body can exhaust the stack. Fails with ScimError 400 invalidSyntax.
 */
export function checkDepth(value: unknown): void {
  checkBelow(value, 0);
}

function checkBelow(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > DEEPEST) throw invalidSyntax(`The body is nested deeper than ${DEEPEST} levels.`);
  for (const child of Object.values(value)) checkBelow(child, depth + 1);
}

// C0 and DEL but tab and line breaks, which the lines of an address are parted by (RFC 7643 §4.1.2).
const unstorable = /[^\P{Cc}\t\n\r\u0080-\u009f]/u;

/** Whether a string is text that can be stored: no control character but tab and line breaks, no half of a surrogate pair. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !unstorable.test(text);
}

/**
 * A text that is the same for two values that mean the same in SCIM: member order never counts, and neither
 * does the order of a multi-valued attribute (RFC 7643 §2.4 gives it none).
 */
export function canonicalText(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return `[${value.map(canonicalText).sort().join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`);
  return `{${members.join(',')}}`;
}

/**
 * The member of a message by its name. RFC 7643 §2.1: attribute names are case-insensitive, those of messages too.
 */
export function member(source: JsonObject, name: string): JsonValue | undefined {
  const key = Object.keys(source).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : source[key];
}
