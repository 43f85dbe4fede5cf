import { scimIdOf } from '../demo/account.ts';
import type { SeenPerson } from '../demo/admin.ts';
import type { Outcome } from '../demo/demo.ts';
import { colour } from './colour.ts';
import { table } from './table.ts';

/** Tells whether Concur holds of everybody what was asked for, and nothing else is wrong. */
export function isAsItShouldBe({ verdict }: Outcome): boolean {
  return verdict.problems.length === 0 && verdict.people.every(({ problems }) => problems.length === 0);
}

/** What came of the day: everybody, what was sent to Concur, and the verdict. */
export function demoOutcome(outcome: Outcome): string {
  return [peopleTable(outcome), requestTable(outcome), verdictLines(outcome)].join('\n\n');
}

function peopleTable({ verdict, people }: Outcome): string {
  const seen = new Map(people.map((person) => [person.id, person]));
  const rows = verdict.people.map(({ account, activeInConcur, problems }) => {
    const person = seen.get(scimIdOf(account));
    return [
      account.employee.userName,
      account.provider,
      person?.state ?? 'missing',
      accessHere(person),
      activeInConcur === null ? 'absent' : activeInConcur ? 'active' : 'inactive',
      problems.length === 0 ? account.events.join(', ') : colour('red', problems.join('; ')),
    ];
  });
  return table(['userName', 'from', 'state', 'in the bridge', 'in Concur', 'what happened'], rows);
}

function accessHere(person: SeenPerson | undefined): string {
  if (person === undefined) return 'absent';
  if (person.isOverridden) return 'overridden';
  return person.active ? 'active' : 'inactive';
}

function requestTable({ requests }: Outcome): string {
  const rows = requests.map(({ id, kind, operations, state, duration, correlationId }) => [
    id.slice(0, 8),
    kind,
    String(operations),
    state,
    String(duration ?? '-'),
    correlationId ?? '-',
  ]);
  return table(['request', 'kind', 'people', 'state', 'ms', 'correlation id'], rows);
}

function verdictLines(outcome: Outcome): string {
  const { people, problems } = outcome.verdict;
  const good = people.filter((person) => person.problems.length === 0).length;
  const line = `${people.length} people, ${good} as they should be.`;
  const verdict = isAsItShouldBe(outcome) ? colour('green', line) : colour('red', line);
  return [verdict, ...problems.map((problem) => colour('red', problem))].join('\n');
}
