import type { requestReport } from '../http/admin/presenters.ts';
import { colourState } from './colour.ts';
import { shortName, showTime, showValue } from './print.ts';
import { fields, table } from './table.ts';

/** A provisioning request, in the form of the admin API. */
export type ShownRequest = ReturnType<typeof requestReport>;

/**
 * One request for people to read: what SAP support asks for, and its operations with Concur's results.
 *
 * @param personId whose operation alone is shown; absent: all are
 */
export function requestView(request: ShownRequest, personId?: string): string {
  const shown = request.operations.filter((one) => personId === undefined || one.personId === personId);
  const others = request.operations.length - shown.length;
  return [
    `${request.id}  ${request.kind}, ${people(request.operations.length)}  ${colourState(request.state)}`,
    fields([
      ['sent', `${showTime(request.sentAt)}${took(request)}, status asked ${request.polls}×`],
      ['provision id', request.provisionId],
      ['correlation id', request.correlationId],
      ['HTTP status', request.httpStatus === null ? null : String(request.httpStatus)],
      ['message', request.message],
    ]),
    ...shown.map(operationView),
    ...(others > 0 ? [`  and ${people(others)} more`] : []),
  ].join('\n');
}

/** A request has one operation for each of its people. */
function people(number: number): string {
  return number === 1 ? '1 person' : `${number} people`;
}

/** How long Concur took, in ms; null while it is not done. */
export function durationOf({ sentAt, completedAt }: ShownRequest): number | null {
  return sentAt === null || completedAt === null ? null : Date.parse(completedAt) - Date.parse(sentAt);
}

function took(request: ShownRequest): string {
  const duration = durationOf(request);
  return duration === null ? '' : `, took ${duration} ms`;
}

function operationView({ method, userName, state, difference, results }: ShownRequest['operations'][number]) {
  const changes = [
    ...Object.entries(difference.set).map(([key, value]) => `${shortName(key)} = ${showValue(value)}`),
    ...difference.remove.map((key) => `${shortName(key)} removed`),
  ];
  // Of everything that an operation did not touch Concur says no-op: that goes in one line.
  const isNothing = ({ result, messages }: (typeof results)[number]) =>
    result === 'no-op' && messages.length === 0;
  const rows = results
    .filter((one) => !isNothing(one))
    .flatMap(({ extension, result, code, messages }) =>
      (messages.length === 0 ? [null] : messages).map((message) => [
        `    ${shortName(extension)}`,
        result,
        message?.code ?? code ?? '',
        message === null ? '' : [message.message, shortName(message.schemaPath ?? '')].join(' ').trim(),
      ]),
    );
  const nothing = results.filter(isNothing).map(({ extension }) => shortName(extension));
  return [
    `  ${method} ${userName}  ${colourState(state)}`,
    ...changes.map((change) => `    ${change}`),
    ...(rows.length === 0 ? [] : [table(['    part', 'result', 'code', 'message'], rows)]),
    ...(nothing.length === 0 ? [] : [`    no-op: ${nothing.join(', ')}`]),
  ].join('\n');
}
