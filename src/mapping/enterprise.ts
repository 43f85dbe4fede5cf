import { ENTERPRISE } from '../domain/extensions.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Gap } from '../domain/plan.ts';
import { assigned, complex, complexElements, text } from './resource.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z?)?$/;

/** The enterprise part as Concur takes it, without the manager, who is named by a reference. */
export interface Enterprise {
  readonly user: JsonObject;
  readonly manager: string | undefined;
  readonly gaps: readonly Gap[];
}

/**
 * The enterprise part. `organization` is not sent, since Concur only shows it, and leaves of absence,
 * start and termination dates only where the client sends them.
 *
 * @param companyId the UUID of the company, which Concur requires in every enterprise part
 */
export function mapEnterprise(resource: JsonObject, companyId: string): Enterprise {
  const sent = complex(resource, ENTERPRISE);
  const gaps: Gap[] = [];
  const gap = (name: string) =>
    gaps.push({ extension: ENTERPRISE, why: `${name} must be a date such as 2026-01-31` });
  const date = (name: string): string | undefined => {
    const value = text(sent, name);
    if (value === undefined || TIMESTAMP.test(value)) return value;
    gap(name);
    return undefined;
  };
  const leaves = complexElements(sent, 'leavesOfAbsence');
  const dated = leaves.filter((leave) => DAY.test(text(leave, 'startDate') ?? ''));
  if (dated.length < leaves.length) gap('leavesOfAbsence.startDate');
  const user = assigned({
    companyId,
    employeeNumber: text(sent, 'employeeNumber'),
    costCenter: text(sent, 'costCenter'),
    department: text(sent, 'department'),
    division: text(sent, 'division'),
    startDate: date('startDate'),
    terminationDate: date('terminationDate'),
    leavesOfAbsence: dated.map((leave) =>
      assigned({
        startDate: text(leave, 'startDate'),
        endDate: text(leave, 'endDate'),
        type: text(leave, 'type'),
      }),
    ),
  });
  return { user, manager: text(complex(sent, 'manager'), 'value'), gaps };
}
