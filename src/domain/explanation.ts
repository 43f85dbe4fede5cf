import { ATTRIBUTE_RULES, type AttributeRule } from './attribute-rules.ts';
import { CORE, EXTENSIONS, type Extension } from './extensions.ts';
import type { JsonValue } from './json.ts';
import type { ConcurMessage, Refusal } from './person.ts';
import { type AttributeKey, attributeOf, extensionOf, type Profile } from './profile.ts';
import { roleOf } from './roles.ts';

/** How much of a refused value is repeated, in characters. */
const LONGEST_VALUE = 60;

/** An attribute as Concur names it in a message. */
interface Named {
  readonly extension: Extension;
  /** The path without filters: `emails.value`. */
  readonly path: string;
  /** The element of a list that a filter names: `work` of `emails[type eq "work"].value`. */
  readonly element: string | null;
  readonly rule: AttributeRule;
}

/**
 * Says in one sentence what Concur wants of the attribute that a message is about, and where the value
 * comes from; it stands beside Concur's own words, not for them. Null when the message names no
 * attribute whose rule is known.
 *
 * @param value the value that was refused, undefined when it is not known
 */
export function explain(message: ConcurMessage, value: JsonValue | undefined): string | null {
  const named = namedBy(message, {});
  return named === null ? null : sentence(named, value);
}

/** The sentences for all messages of a refusal, none twice; empty when nothing is known of any. */
export function explanations({ messages, desired }: Pick<Refusal, 'messages' | 'desired'>): string[] {
  const sentences = messages.flatMap((message) => {
    const named = namedBy(message, desired);
    return named === null ? [] : [sentence(named, valueIn(desired, named))];
  });
  return [...new Set(sentences)];
}

/**
 * Concur calls `schemaPath` relative (User Provisioning, "Concur Error"), but its sample has the URN: without
 * one, an attribute of several parts is taken for the part that it was desired of, else for the first.
 */
function namedBy({ schemaPath }: ConcurMessage, desired: Profile): Named | null {
  if (schemaPath === null) return null;
  const urn = EXTENSIONS.find((extension) => schemaPath.startsWith(`${extension}:`));
  if (urn === undefined && schemaPath.startsWith('urn:')) return null;
  const local = urn === undefined ? schemaPath : schemaPath.slice(urn.length + 1);
  const [filter = null] = /\[.*\]/.exec(local) ?? [];
  const path = local.replace(/\[.*\]/, '');
  const parts = (urn === undefined ? EXTENSIONS : [urn]).flatMap((extension): Named[] => {
    const rule = ruleOf(extension, path);
    return rule === undefined ? [] : [{ extension, path, element: elementOf(filter), rule }];
  });
  return parts.find((named) => valueIn(desired, named) !== undefined) ?? parts[0] ?? null;
}

function ruleOf(extension: Extension, path: string): AttributeRule | undefined {
  const rules = ATTRIBUTE_RULES[extension] ?? {};
  const [attribute = ''] = path.split('.');
  return [path, attribute].filter((name) => Object.hasOwn(rules, name)).map((name) => rules[name])[0];
}

function elementOf(filter: string | null): string | null {
  return filter === null ? null : (/"(.*)"/.exec(filter)?.[1] ?? filter.slice(1, -1));
}

/** The only value that the attribute can mean; undefined when nothing was desired of it, or several values. */
function valueIn(desired: Profile, { extension, path, element }: Named): JsonValue | undefined {
  const [attribute = ''] = path.split('.');
  const values = Object.entries(desired).flatMap(([key, value]) => {
    if (extensionOf(key) !== extension) return [];
    const local = localName(key, extension);
    const role = roleOf(key);
    const [name = null] = role === null ? (/\[.*\]/.exec(local) ?? []) : [`[${role.code}]`];
    if (element !== null && elementOf(name) !== element) return [];
    // Each group of a role has a key of its own.
    if (role !== null && role.group !== null) return path === 'roles.roleGroups' ? [role.group] : [];
    const plain = local.replace(/\[.*\]/, '');
    // An element of a list of plain strings is named by its value.
    if (plain === path && name !== null && local.endsWith(']')) return [name.slice(1, -1)];
    const isMeant = plain === path || plain.startsWith(`${path}.`) || (plain === attribute && name === null);
    return isMeant ? [value] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}

function localName(key: AttributeKey, extension: Extension): string {
  return extension === CORE ? key : key.slice(extension.length + 1);
}

function sentence({ extension, path, rule }: Named, value: JsonValue | undefined): string {
  const shown = value === undefined || rule.isPrivate === true ? '' : ` (${shorten(value)})`;
  const { wants, from = 'is what the client sends' } = rule;
  return `${shortName(extension, path)}${shown}: Concur wants ${wants}; the value ${from}.`;
}

/** The attributes of these keys as people read them, none twice: `title`, `enterprise:costCenter`. */
export function attributeNames(keys: readonly AttributeKey[]): readonly string[] {
  const attributes = new Set(keys.map(attributeOf));
  return [...attributes].map((attribute) => {
    const extension = extensionOf(attribute);
    return shortName(extension, localName(attribute, extension));
  });
}

/** `userName`, `enterprise:manager.value`, `spend Role:roles`. */
function shortName(extension: Extension, path: string): string {
  if (extension === CORE) return path;
  const [, service = '', part = ''] = /:([^:]+):2\.0:(\w+)$/.exec(extension) ?? [];
  return `${part === 'User' ? service : `${service} ${part}`}:${path}`;
}

function shorten(value: JsonValue): string {
  const characters = [...JSON.stringify(value)];
  return characters.length <= LONGEST_VALUE
    ? characters.join('')
    : `${characters.slice(0, LONGEST_VALUE).join('')}…`;
}
