import { invalidFilter } from '../error.ts';
import type { Filter } from '../filter/filter.ts';
import type { Member, MemberChange } from '../groups.ts';

/** A step that removes members. */
export type Removal = Extract<MemberChange, { kind: 'remove' | 'removeTypes' }>;

type Types = ReadonlySet<Member['type']>;

const TYPES: readonly Member['type'][] = ['User', 'Group', null];
const NONE: Types = new Set();
const ANY: Types = new Set(TYPES);

/** Members whom a filter selects, known without reading them: whom it names if they are of a type, and whole types. */
interface Selected {
  readonly types: Types;
  /** By id: the types of which that member is selected, at least `types`. */
  readonly named: ReadonlyMap<string, Types>;
}

/**
 * The steps that remove the members whom a filter selects. Fails with ScimError 400 invalidFilter for anything but
 * `value eq` and `type eq`, joined by `or` and `and`.
 */
export function removalsOf(filter: Filter): readonly Removal[] {
  return stepsOf(selectedBy(filter));
}

/** What removals do one after the other, in as few steps as it takes. */
export function removalsTogether(removals: readonly Removal[]): readonly Removal[] {
  return stepsOf(either(removals.map(selectedOf)));
}

function selectedBy(filter: Filter): Selected {
  switch (filter.kind) {
    case 'or':
      return either(filter.filters.map(selectedBy));
    case 'and':
      return filter.filters.map(selectedBy).reduce(both);
    case 'compare':
      if (filter.operator === 'eq' && filter.path === 'value') return idCalled(filter.value);
      if (filter.operator === 'eq' && filter.path === 'type')
        return { types: typesCalled(filter.value), named: new Map() };
      break;
    case 'not':
    case 'present':
    case 'valuePath':
      break;
  }
  throw invalidFilter(
    'Members to remove are selected by value eq "…" and type eq "…", several joined by or and and; what they are ' +
      'called, for one, is not looked at.',
  );
}

/** Every member has an id: none has the value null. */
function idCalled(value: string | number | boolean | null): Selected {
  return { types: NONE, named: new Map(typeof value === 'string' ? [[value, ANY]] : []) };
}

function typesCalled(value: string | number | boolean | null): Types {
  const wanted = typeof value === 'string' ? value.toLowerCase() : value;
  return new Set(TYPES.filter((type) => (type === null ? null : type.toLowerCase()) === wanted));
}

function selectedOf(removal: Removal): Selected {
  if (removal.kind === 'remove') return { types: NONE, named: new Map(removal.ids.map((id) => [id, ANY])) };
  const types = new Set(removal.types);
  return removal.among === null
    ? { types, named: new Map() }
    : { types: NONE, named: new Map(removal.among.map((id) => [id, types])) };
}

/** All at once: one request removes tens of thousands, each by an operation of its own. */
function either(all: readonly Selected[]): Selected {
  const types = all.reduce((together, one) => together.union(one.types), NONE);
  const named = new Map<string, Types>();
  for (const [id, those] of all.flatMap((one) => [...one.named])) {
    named.set(id, (named.get(id) ?? types).union(those));
  }
  return { types, named };
}

function both(one: Selected, other: Selected): Selected {
  const ids = new Set([...one.named.keys(), ...other.named.keys()]);
  const typesOf = ({ types, named }: Selected, id: string) => named.get(id) ?? types;
  return {
    types: one.types.intersection(other.types),
    named: new Map([...ids].map((id) => [id, typesOf(one, id).intersection(typesOf(other, id))])),
  };
}

function stepsOf({ types, named }: Selected): readonly Removal[] {
  const steps: Removal[] = [];
  if (types.size > 0) steps.push({ kind: 'removeTypes', types: [...types], among: null });
  const ids = [...named].filter(([, those]) => those.isSupersetOf(ANY)).map(([id]) => id);
  if (ids.length > 0) steps.push({ kind: 'remove', ids });
  for (const type of TYPES) {
    const among = [...named].filter(
      ([, those]) => !those.isSupersetOf(ANY) && those.has(type) && !types.has(type),
    );
    if (among.length > 0) steps.push({ kind: 'removeTypes', types: [type], among: among.map(([id]) => id) });
  }
  return steps;
}
