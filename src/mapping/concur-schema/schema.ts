import { longName, SHORT_NAMES, shortName } from '../../domain/attribute-name.ts';
import {
  CORE,
  ENTERPRISE,
  EXTENSIONS,
  type Extension,
  PAYROLL,
  SAP,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  SPEND_INVOICE_PREFERENCE,
  SPEND_ROLE,
  SPEND_USER_PREFERENCE,
  SPEND_WORKFLOW_PREFERENCE,
  TRAVEL,
} from '../../domain/extensions.ts';
import { nearestName } from '../../domain/nearest-name.ts';
import { type AttributeKey, keyOf } from '../../domain/profile.ts';
import type { ConcurAttribute, ConcurExtension } from './attribute.ts';
import { CORE_SCHEMA, ENTERPRISE_SCHEMA, SAP_SCHEMA } from './identity.ts';
import {
  INVOICE_PREFERENCE_SCHEMA,
  USER_PREFERENCE_SCHEMA,
  WORKFLOW_PREFERENCE_SCHEMA,
} from './preferences.ts';
import {
  APPROVER_LIMIT_SCHEMA,
  APPROVER_SCHEMA,
  DELEGATE_SCHEMA,
  PAYROLL_SCHEMA,
  ROLE_SCHEMA,
  SPEND_SCHEMA,
} from './spend.ts';
import { TRAVEL_SCHEMA } from './travel.ts';

/** What a Concur profile holds, by extension. */
export type ConcurSchema = Readonly<Record<Extension, ConcurExtension>>;

/** Everything that a Concur profile holds by SAP's pages (User Provisioning, "Schema"). */
export const CONCUR_SCHEMA: ConcurSchema = {
  [CORE]: CORE_SCHEMA,
  [ENTERPRISE]: ENTERPRISE_SCHEMA,
  [SAP]: SAP_SCHEMA,
  [SPEND]: SPEND_SCHEMA,
  [SPEND_ROLE]: ROLE_SCHEMA,
  [SPEND_APPROVER]: APPROVER_SCHEMA,
  [SPEND_APPROVER_LIMIT]: APPROVER_LIMIT_SCHEMA,
  [SPEND_DELEGATE]: DELEGATE_SCHEMA,
  [SPEND_USER_PREFERENCE]: USER_PREFERENCE_SCHEMA,
  [SPEND_WORKFLOW_PREFERENCE]: WORKFLOW_PREFERENCE_SCHEMA,
  [SPEND_INVOICE_PREFERENCE]: INVOICE_PREFERENCE_SCHEMA,
  [PAYROLL]: PAYROLL_SCHEMA,
  [TRAVEL]: TRAVEL_SCHEMA,
};

/** An attribute of Concur's that is filled: the key of its value in a profile, and what it takes. */
export interface ConcurTarget {
  readonly key: AttributeKey;
  readonly extension: Extension;
  /** The name in SAP's tables: `customData.value`. */
  readonly name: string;
  /** The element of a list: `custom1`; null outside of lists. */
  readonly element: string | null;
  readonly attribute: ConcurAttribute;
}

/** What a name in the configuration means, or what is wrong with it. */
export type FoundTarget = { readonly kind: 'target'; readonly target: ConcurTarget } | Problem;

interface Problem {
  readonly kind: 'problem';
  readonly message: string;
  /** A part of the profile is named, and the attribute in it is not known. */
  readonly isUnknown?: true;
}

/**
 * Finds what a name means: `timezone`, `name.givenName`, `spend:country`, `spend:customData[custom1]`,
 * `addresses[work].country`; the URN may stand for the short name of an extension.
 */
export function findConcurTarget(name: string, schema: ConcurSchema = CONCUR_SCHEMA): FoundTarget {
  const long = longName(name);
  const extension = long.startsWith('urn:') ? EXTENSIONS.find((urn) => long.startsWith(`${urn}:`)) : CORE;
  if (extension === undefined) return problem("is no attribute of Concur's");
  const local = extension === CORE ? long.replace(`${CORE}:`, '') : long.slice(extension.length + 1);
  const [, attribute = '', element, sub] = /^([A-Za-z]\w*)(?:\[(.*)\])?(?:\.([\w$.]+))?$/s.exec(local) ?? [];
  if (attribute === '' && /^[^[]*:/.test(local)) return noPart();
  const { attributes, lists } = schema[extension];
  const list = Object.hasOwn(lists, attribute) ? lists[attribute] : undefined;
  if (list === undefined && element !== undefined)
    return unknown([], nearestKey(schema, extension, attribute));
  if (list !== undefined && element === undefined) {
    return problem(`is a list: name an element, as in ${attribute}[…]; an element is ${list.names}`);
  }
  if (list !== undefined && element !== undefined && !list.isName(element)) {
    return problem(`has an element that Concur does not have; an element is ${list.names}`);
  }
  const rest = sub ?? list?.itself ?? '';
  const schemaName = rest === '' ? attribute : `${attribute}.${rest}`;
  const found = Object.hasOwn(attributes, schemaName) ? attributes[schemaName] : undefined;
  if (found === undefined) {
    return unknown(
      candidates(schema, extension, attribute, element),
      nearestKey(schema, extension, schemaName),
    );
  }
  if (found.notWritable !== undefined) return problem(`cannot be mapped: ${found.notWritable}`);
  const inBrackets = element === undefined ? '' : `[${element}]`;
  const target = {
    key: keyOf(extension, `${attribute}${inBrackets}${rest === '' ? '' : `.${rest}`}`),
    extension,
    name: schemaName,
    element: element ?? null,
    attribute: found,
  };
  return { kind: 'target', target };
}

/** What Concur requires of everybody: it cannot be switched off. */
const NEVER_OFF: ReadonlySet<AttributeKey> = new Set([
  ...['active', 'userName', 'name', 'name.givenName', 'name.familyName', 'emails'],
  ...[`${ENTERPRISE}:companyId`, `${ENTERPRISE}:employeeNumber`],
]);

/**
 * Finds what a name means whose built-in mapping is switched off: an attribute as `findConcurTarget`
 * does, or everything under it, such as `addresses` or `addresses[home]`.
 */
export function findSwitch(
  name: string,
  schema: ConcurSchema = CONCUR_SCHEMA,
):
  | { readonly kind: 'ok'; readonly key: AttributeKey }
  | { readonly kind: 'problem'; readonly message: string } {
  const long = longName(name).replace(`${CORE}:`, '');
  const extension = long.startsWith('urn:') ? EXTENSIONS.find((urn) => long.startsWith(`${urn}:`)) : CORE;
  if (NEVER_OFF.has(long))
    return { kind: 'problem', message: 'is required by Concur and cannot be switched off' };
  const [, attribute = '', sub] =
    /^([A-Za-z]\w*)(?:\[[^\]]*\])?(?:\.(.+))?$/.exec(
      extension === undefined || extension === CORE ? long : long.slice(extension.length + 1),
    ) ?? [];
  const names = extension === undefined ? [] : Object.keys(schema[extension].attributes);
  const wanted = sub === undefined ? attribute : `${attribute}.${sub}`;
  if (names.some((one) => one === wanted || one.startsWith(`${wanted}.`))) return { kind: 'ok', key: long };
  return unknown([], nearestKey(schema, extension ?? CORE, wanted));
}

/** The names that may have been meant, as they are written in the configuration. */
function candidates(
  schema: ConcurSchema,
  extension: Extension,
  attribute: string,
  element: string | undefined,
): readonly string[] {
  const { attributes } = schema[extension];
  return Object.entries(attributes)
    .filter(([name, { notWritable }]) => name.startsWith(`${attribute}.`) && notWritable === undefined)
    .map(([name]) => {
      const sub = name.slice(attribute.length);
      const inBrackets = element === undefined ? '' : `[${element}]`;
      return shortName(keyOf(extension, `${attribute}${inBrackets}${sub}`));
    });
}

/**
 * The key that was most likely meant, as it is written in the configuration: the same name in another part of the
 * profile, else one like it in this part. Undefined where there is none.
 *
 * @param name as it was understood: `customData.value`
 */
function nearestKey(schema: ConcurSchema, extension: Extension, name: string): string | undefined {
  const elsewhere = EXTENSIONS.flatMap((one) => writtenKeys(schema, one)).find(
    ([local]) => local.toLowerCase() === name.toLowerCase(),
  );
  if (elsewhere !== undefined) return elsewhere[1];
  const here = new Map(writtenKeys(schema, extension));
  const near = nearestName(name, [...here.keys()]);
  return near === undefined ? undefined : here.get(near);
}

/** The attributes of a part of the profile that can be mapped: their names, with how they are written. */
function writtenKeys(schema: ConcurSchema, extension: Extension): readonly (readonly [string, string])[] {
  const { attributes, lists } = schema[extension];
  const written = (local: string) => shortName(keyOf(extension, local));
  return Object.entries(attributes)
    .filter(([, { notWritable }]) => notWritable === undefined)
    .map(([name]) => {
      const [attribute = '', ...sub] = name.split('.');
      const list = Object.hasOwn(lists, attribute) ? lists[attribute] : undefined;
      if (list === undefined) return [name, written(name)];
      const rest = sub.join('.');
      return rest === list.itself
        ? [attribute, written(`${attribute}[…]`)]
        : [name, written(`${attribute}[…].${rest}`)];
    });
}

function unknown(valid: readonly string[], near: string | undefined): Problem {
  const meant = near === undefined ? '' : ` (did you mean ${near}?)`;
  const others = valid.length === 0 ? meant : `; valid are ${valid.join(', ')}`;
  return { ...problem(`is no attribute of Concur's${others}`), isUnknown: true };
}

function noPart(): Problem {
  const known = Object.values(SHORT_NAMES).join(', ');
  return problem(`names no part of Concur's profile; before the colon may stand ${known}`);
}

function problem(message: string): Problem {
  return { kind: 'problem', message };
}
