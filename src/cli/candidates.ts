import type { Candidate } from '../domain/person.ts';
import { table } from './table.ts';

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
