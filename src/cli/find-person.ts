import type { PersonRecord } from '../domain/person.ts';
import type { ConnectionStore } from '../store/store.ts';
import { CommandFailure } from './failure.ts';

/** What people may be named by, for help texts. */
export const PERSON = 'userName, employee number, e-mail, externalId or id';

/** What was found under one name. */
type Found =
  | { readonly kind: 'one'; readonly record: PersonRecord }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Finds everybody who is named, in that order and each once. Fails, naming all names that mean nobody and
 * the candidates of those that mean several, if anybody is not certain.
 */
export async function findPeople(
  store: Pick<ConnectionStore, 'directory' | 'reports'>,
  names: readonly string[],
): Promise<readonly PersonRecord[]> {
  const found = await Promise.all(names.map((name) => find(store, name)));
  const problems = found.flatMap((one) => (one.kind === 'problem' ? [one.problem] : []));
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), 1);
  const records = found.flatMap((one) => (one.kind === 'one' ? [one.record] : []));
  return [...new Map(records.map((record) => [record.person.id, record])).values()];
}

/** Finds one person, a deleted one only by id. Fails like `findPeople`. */
export async function findPerson(
  store: Pick<ConnectionStore, 'directory' | 'reports'>,
  name: string,
): Promise<PersonRecord> {
  const [record] = await findPeople(store, [name]);
  if (record === undefined) throw new Error('Somebody who was found is missing');
  return record;
}

async function find(
  { directory, reports }: Pick<ConnectionStore, 'directory' | 'reports'>,
  name: string,
): Promise<Found> {
  const byId = await reports.person(name);
  if (byId !== null) return { kind: 'one', record: byId };
  const [record, ...others] = await directory.search(name);
  if (record === undefined) {
    return { kind: 'problem', problem: `Nobody here has the ${PERSON} "${name}".` };
  }
  if (others.length === 0) return { kind: 'one', record };
  const candidates = [record, ...others].map(
    ({ person }) => `  ${person.id}  ${String(person.resource.userName)}`,
  );
  return {
    kind: 'problem',
    problem: `"${name}" means several people; name one by id:\n${candidates.join('\n')}`,
  };
}
