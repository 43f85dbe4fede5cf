import { ATTRIBUTE_RULES, type AttributeRule } from '../../domain/attribute-rules.ts';
import { CORE, type Extension, SPEND_APPROVER, serviceOf } from '../../domain/extensions.ts';
import type { JsonValue } from '../../domain/json.ts';
import { KINDS_WITH_FURTHER, PRIMARY } from '../../domain/lists.ts';
import {
  type AttributeKey,
  attributeOf,
  extensionOf,
  type Profile,
  sameValue,
} from '../../domain/profile.ts';
import type { ConcurSchema } from '../concur-schema/schema.ts';
import type { Fault } from './fault.ts';
import { LEAVES, leavesFault } from './leaves.ts';
import { roleFaults } from './roles.ts';
import { faultOf } from './rules.ts';

/** A rule of Concur's that a value breaks: as long as the value stays, Concur refuses it. */
export interface Violation {
  readonly key: AttributeKey;
  readonly extension: Extension;
  readonly value: JsonValue;
  /** The value is nobody else's business, and is never repeated. */
  readonly isPrivate: boolean;
  /** The rule, as a plain sentence without a full stop. */
  readonly rule: string;
  /** Completes "Concur takes …". */
  readonly valid: string;
}

/**
 * The rules that a change from one profile to another breaks: those of the values that it changes, and none at
 * all where it leaves the person inactive. Nobody is kept from leaving, nor from being changed otherwise, by a
 * value that was broken before.
 *
 * @param schema the built-in one, or with what Concur's own schemas have beyond it
 */
export function violations(before: Profile, after: Profile, schema?: ConcurSchema): readonly Violation[] {
  return after.active === false ? [] : brokenBy(before, after, schema);
}

/** As `violations`, of active and inactive people alike. */
export function brokenBy(before: Profile, after: Profile, schema?: ConcurSchema): readonly Violation[] {
  const found: Violation[] = [];
  let leave: AttributeKey | undefined;
  for (const [key, value] of Object.entries(after)) {
    if (sameValue(key, before[key], value)) continue;
    const fault = faultOf(key, value, schema) ?? approverFault(key);
    if (fault !== null) found.push(violation(key, value, fault));
    else if (leave === undefined && key.startsWith(`${LEAVES}[`)) leave = key;
  }
  const fault = leave === undefined ? null : leavesFault(after);
  if (leave !== undefined && fault !== null) found.push(violation(leave, null, fault));
  for (const { key, code, fault } of roleFaults(before, after)) found.push(violation(key, code, fault));
  return found;
}

/** Tells whether Concur refuses the whole person for it; what spend or travel refuses concerns that part alone. */
export function concernsIdentity({ extension }: Pick<Violation, 'extension'>): boolean {
  return serviceOf(extension) === 'identity';
}

/** What is wrong, and what would be right, in plain sentences: `name` is how the attribute is called there. */
export function sentence(name: string, { value, isPrivate, rule, valid }: Violation): string {
  const shown = isPrivate || value === null ? '' : ` ${shorten(JSON.stringify(value))}`;
  return `${name}${shown} breaks a rule of Concur's. ${rule}. Concur takes ${valid}.`;
}

/** Of most kinds Concur takes the primary approver only (Spend Approver). */
function approverFault(key: AttributeKey): Fault | null {
  if (!key.startsWith(`${SPEND_APPROVER}:`) || key.includes(`[${PRIMARY}]`)) return null;
  const mayBeFurther = KINDS_WITH_FURTHER.some((kind) => attributeOf(key) === `${SPEND_APPROVER}:${kind}`);
  return mayBeFurther ? null : { rule: 'The approver is not primary' };
}

function violation(key: AttributeKey, value: JsonValue, { rule, valid }: Fault): Violation {
  const extension = extensionOf(key);
  const known = attributeRule(key, extension);
  return {
    key,
    extension,
    value,
    isPrivate: known?.isPrivate === true,
    rule,
    valid: valid ?? known?.wants ?? 'something else',
  };
}

/** The rule of the attribute's own, else that of the attribute that it is a part of. */
function attributeRule(key: AttributeKey, extension: Extension): AttributeRule | undefined {
  const rules = ATTRIBUTE_RULES[extension] ?? {};
  const local = (extension === CORE ? key : key.slice(extension.length + 1)).replace(/\[.*\]/, '');
  const [attribute = ''] = local.split('.');
  return rules[local] ?? rules[attribute];
}

/** How much of a broken value is repeated, in characters. */
const LONGEST_VALUE = 60;

function shorten(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_VALUE ? text : `${characters.slice(0, LONGEST_VALUE).join('')}…`;
}
