import type { requestReport } from '../http/admin/presenters.ts';
import { colourState } from './colour.ts';
import { shortName, showTime, showValue } from './print.ts';
import { fields, table } from './table.ts';

/** A provisioning request, in the form of the admin API. */
export type ShownRequest = ReturnType<typeof requestReport>;

/** One request for people to read: what SAP support asks for, and every operation with Concur's results. */
export function requestView(request: ShownRequest): string {
  return [
    `${request.id}  ${request.kind}  ${colourState(request.state)}`,
    fields([
      ['sent', `${showTime(request.sentAt)}${took(request)}, looked at ${request.polls} times`],
      ['provision id', request.provisionId],
      ['correlation id', request.correlationId],
      ['HTTP status', request.httpStatus === null ? null : String(request.httpStatus)],
      ['message', request.message],
    ]),
    ...request.operations.map(operationView),
  ].join('\n');
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
  const rows = results.flatMap(({ extension, result, code, messages }) => {
    const said = messages.length === 0 ? [null] : messages;
    return said.map((message) => [
      `    ${shortName(extension)}`,
      result,
      message?.code ?? code ?? '',
      message === null ? '' : [message.message, message.schemaPath ?? ''].join(' ').trim(),
    ]);
  });
  return [
    `  ${method} ${userName}  ${colourState(state)}`,
    ...changes.map((change) => `    ${change}`),
    ...(rows.length === 0 ? [] : [table(['    part', 'result', 'code', 'message'], rows)]),
  ].join('\n');
}
