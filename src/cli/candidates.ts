import type { Candidate } from '../domain/person.ts';
import { table } from './table.ts';

/** What an admin does who knows which of the Concur users the person is. */
export function releaseHint(userName: string): string {
  return `  hold release ${userName} --as ID says which of them it is, with the Concur id of one`;
}

/** The Concur users that may be a held person, as a table. */
export function candidateTable(candidates: readonly Candidate[]): string {
  const rows = candidates.map(({ concurId, active, userName, externalId, employeeNumber }) => [
    concurId,
    active ? 'active' : 'inactive',
    userName ?? '-',
    externalId ?? '-',
    employeeNumber ?? '-',
  ]);
  return table(['Concur id', 'access', 'userName', 'externalId', 'employee number'], rows);
}
