import type { Kysely, Selectable } from 'kysely';
import { isExtension } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import type { Actor, Decision } from '../scim/directory.ts';
import { type Places, statement } from './statement.ts';
import type { Database } from './tables.ts';

/** A decision that changes something. */
export type Change = Exclude<Decision, { kind: 'unchanged' }>;

/** Who changes something, and when. */
interface Occasion {
  /** The transaction that the change is part of. */
  readonly db: Kysely<Database>;
  readonly actor: Actor;
  readonly now: number;
}

/** Writes the audit row of a person who is new. */
export async function recordCreation(occasion: Occasion, person: Person): Promise<void> {
  await record(occasion, person, 'create', attributesOf(person.resource), null);
}

/** Writes the audit row of a decision that made `person` of somebody. */
export async function recordDecision(occasion: Occasion, person: Person, decision: Change): Promise<void> {
  const attributes = 'changed' in decision ? decision.changed : [];
  await record(occasion, person, actionOf(decision), attributes, reasonOf(decision));
}

const INSERT_CHANGE = statement((db, place: Places<Omit<Selectable<Database['changes']>, 'id'>>) =>
  db.insertInto('changes').values({
    connection: place('connection'),
    person_id: place('person_id'),
    at: place('at'),
    actor_kind: place('actor_kind'),
    actor_name: place('actor_name'),
    action: place('action'),
    version: place('version'),
    attributes: place('attributes'),
    reason: place('reason'),
  }),
);

async function record(
  { db, actor, now }: Occasion,
  person: Person,
  action: Database['changes']['action'],
  attributes: readonly string[],
  reason: string | null,
): Promise<void> {
  await INSERT_CHANGE(db, {
    connection: person.connection,
    person_id: person.id,
    at: now,
    actor_kind: actor.kind,
    actor_name: actor.name,
    action,
    version: person.version,
    attributes: JSON.stringify(attributes),
    reason,
  });
}

function actionOf(decision: Change): Database['changes']['action'] {
  switch (decision.kind) {
    case 'replace':
      return 'update';
    case 'override':
      return decision.override === null ? 'lift' : 'override';
    case 'judge':
      return decision.verdict === 'released' ? 'release' : 'discard';
    case 'delete':
    case 'withdraw':
    case 'retry':
    case 'release':
      return decision.kind;
  }
}

function reasonOf(decision: Change): string | null {
  if (decision.kind === 'override' || decision.kind === 'withdraw' || decision.kind === 'judge') {
    return decision.reason;
  }
  return decision.kind === 'release' ? `as the Concur user ${decision.concurId}` : null;
}

/** The attribute paths that a new resource has. */
export function attributesOf(resource: JsonObject): readonly string[] {
  return Object.entries(resource)
    .filter(([name]) => name !== 'schemas')
    .flatMap(([name, value]) =>
      isExtension(name) && isJsonObject(value)
        ? Object.keys(value).map((attribute) => `${name}:${attribute}`)
        : [name],
    );
}
