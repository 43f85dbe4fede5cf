import type { PersonRecord } from '../domain/person.ts';
import { lookUpPerson } from '../http/admin/person.ts';
import type { ConnectionStore } from '../store/store.ts';
import { CommandFailure } from './failure.ts';

/** What people may be named by, for help texts. */
export const PERSON = 'userName, employee number, e-mail, externalId or id';

/**
 * Finds everybody who is named, in that order and each once; the deleted too, where nobody living matches. Fails, naming all names that mean nobody and
 * the candidates of those that mean several, if anybody is not certain.
 */
export async function findPeople(
  store: Pick<ConnectionStore, 'reports'>,
  names: readonly string[],
): Promise<readonly PersonRecord[]> {
  const records: PersonRecord[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const found = await lookUpPerson(store, name);
    switch (found.kind) {
      case 'one':
        records.push(found.record);
        break;
      case 'nobody':
        problems.push(`Nobody here has the ${PERSON} "${name}".`);
        break;
      case 'several': {
        const ids = found.records.map(({ person }) => `  ${person.id}  ${String(person.resource.userName)}`);
        problems.push(`"${name}" means several people; name one by id:\n${ids.join('\n')}`);
      }
    }
  }
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), 1);
  return [...new Map(records.map((record) => [record.person.id, record])).values()];
}

/** Finds one person. Fails like `findPeople`. */
export async function findPerson(
  store: Pick<ConnectionStore, 'reports'>,
  name: string,
): Promise<PersonRecord> {
  const [record] = await findPeople(store, [name]);
  if (record === undefined) throw new Error('Somebody who was found is missing');
  return record;
}
