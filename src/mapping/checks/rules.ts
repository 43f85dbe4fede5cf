import { EXTENSIONS, SPEND } from '../../domain/extensions.ts';
import { type AttributeKey, keyOf } from '../../domain/profile.ts';
import type { ConcurAttribute, ConcurList, ValueType } from '../concur-schema/attribute.ts';
import { CONCUR_SCHEMA, type ConcurSchema } from '../concur-schema/schema.ts';
import { country, currency, language, locale, stateProvince } from './codes.ts';
import { day, moment } from './dates.ts';
import { type Check, type Fault, firstOf } from './fault.ts';
import { LEAVES } from './leaves.ts';
import { LENGTHS } from './lengths.ts';
import { emailAddress, userName } from './names.ts';
import { timezone } from './time-zones.ts';

/** What the type of an attribute says about its text. */
const BY_TYPE: Readonly<Partial<Record<ValueType, Check>>> = { country, currency, language, day, moment };

/** What holds for one attribute alone. */
const BY_NAME: Readonly<Record<string, Check>> = {
  userName,
  'emails.value': emailAddress,
  timezone,
  [`${SPEND}:locale`]: locale,
  [`${SPEND}:stateProvince`]: stateProvince,
};

/** Lists whose elements can have these names only; those of other lists are the company's own, or people. */
const NAMED_LISTS: readonly AttributeKey[] = ['emails', 'addresses', 'entitlements', `${SPEND}:customData`];

/** What one schema says of values and of elements' names. */
interface Rules {
  readonly checks: ReadonlyMap<string, Check>;
  readonly lists: ReadonlyMap<AttributeKey, ConcurList>;
}

/** The rules of a schema are the same for every value: they are made once for each. */
const RULES = new WeakMap<ConcurSchema, Rules>();

function rulesOf(schema: ConcurSchema): Rules {
  const known = RULES.get(schema);
  if (known !== undefined) return known;
  const rules = { checks: checksBy(schema), lists: listsBy(schema) };
  RULES.set(schema, rules);
  return rules;
}

/** The checks of what is built in: of what only Concur's own schemas know nothing was ever judged. */
function checksBy(schema: ConcurSchema): Rules['checks'] {
  return new Map(
    EXTENSIONS.flatMap((extension) =>
      Object.entries(CONCUR_SCHEMA[extension].attributes).flatMap(([local, builtIn]): [string, Check][] => {
        const name = keyOf(extension, local);
        const checks = checksOf(name, schema[extension].attributes[local] ?? builtIn);
        return checks.length === 0 ? [] : [[name, firstOf(checks)]];
      }),
    ),
  );
}

function listsBy(schema: ConcurSchema): Rules['lists'] {
  return new Map(
    EXTENSIONS.flatMap((extension) =>
      Object.entries(schema[extension].lists)
        .map(([local, list]): [AttributeKey, ConcurList] => [keyOf(extension, local), list])
        .filter(([name]) => NAMED_LISTS.includes(name)),
    ),
  );
}

/**
 * Checks one value of a profile by itself: everything of which Concur's documentation tells what it takes. What
 * only the company knows (lists, ledgers, roles, groups, rule classes) is never judged; nor is what is no text,
 * whose type the SCIM schema has checked.
 *
 * @param schema the built-in one, or with what Concur's own schemas have beyond it
 */
export function faultOf(
  key: AttributeKey,
  value: unknown,
  schema: ConcurSchema = CONCUR_SCHEMA,
): Fault | null {
  const rules = rulesOf(schema);
  const open = key.indexOf('[');
  if (open === -1) return textFault(rules, key, value);
  const attribute = key.slice(0, open);
  // The dates of leaves say something together only.
  if (attribute === LEAVES && !key.endsWith('.type')) return null;
  const close = key.lastIndexOf(']');
  const list = rules.lists.get(attribute);
  const element = key.slice(open + 1, close);
  if (list !== undefined && !list.isName(element)) {
    return { rule: `${JSON.stringify(element)} is no element that Concur has`, valid: list.names };
  }
  return textFault(rules, attribute + key.slice(close + 1), value);
}

function textFault({ checks }: Rules, name: string, value: unknown): Fault | null {
  return typeof value === 'string' ? (checks.get(name)?.(value) ?? null) : null;
}

function checksOf(name: string, { type, values, further = [] }: ConcurAttribute): readonly Check[] {
  const closed: Check | undefined =
    values === undefined
      ? undefined
      : (text) =>
          values.includes(text)
            ? null
            : { rule: 'It is none of the values that Concur has', valid: `one of ${values.join(', ')}` };
  const checks = [closed, BY_NAME[name], BY_TYPE[type], LENGTHS.get(name)].filter(
    (check) => check !== undefined,
  );
  if (further.length === 0 || checks.length === 0) return checks;
  const check = firstOf(checks);
  // What Concur itself lists is right, whatever SAP's pages say.
  return [(text) => (further.includes(text) ? null : check(text))];
}
