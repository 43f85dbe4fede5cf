import { extensionOf } from '../domain/profile.ts';
import type { PersonReport } from '../http/admin/person.ts';
import { colour, colourState } from './colour.ts';
import { shortName, showTime, showValue } from './print.ts';
import { requestView } from './request-view.ts';
import { fields, table } from './table.ts';

/** One person for people to read: who they are, desired against applied, their requests and their history. */
export function personView(report: PersonReport): string {
  return [
    `${colour('bold', showValue(report.userName))}  ${showValue(report.displayName)}`.trimEnd(),
    standing(report),
    comparison(report),
    ...refusals(report),
    ...candidates(report),
    section(
      'Provisioning requests, newest first',
      report.requests.map((request) => requestView(request, report.id)).join('\n\n'),
    ),
    section('History, newest first', history(report)),
  ].join('\n');
}

function standing(report: PersonReport): string {
  const { override, reasonText, waitingFor, gaps } = report;
  return fields([
    ['state', colourState(report.state)],
    ['because', reasonText],
    ['last error', report.lastError],
    ['waits for', waitingFor.length === 0 ? null : waitingFor.join(', ')],
    ['lacks', gaps.length === 0 ? null : gaps.map(({ why }) => why).join('; ')],
    [
      'override',
      override && `inactive since ${showTime(override.since)}, by ${override.by}: ${override.reason}`,
    ],
    ['deleted', report.deleted && showTime(report.deleted)],
    ['next look', report.due && `${showTime(report.due)} (${report.lane})`],
    ['differs since', report.pendingSince && showTime(report.pendingSince)],
    ['last confirmed', showTime(report.lastConfirmed)],
    ['last written', `${showTime(report.lastModified)} (version ${report.version})`],
    ['SCIM id', report.id],
    ['Concur id', report.concurId ?? '-'],
    ['externalId', showValue(report.externalId) || null],
  ]);
}

/** Desired and applied side by side; a difference is marked, and so is what must be read again first. */
function comparison(report: PersonReport): string {
  const { desired, initial, applied, difference, unknown } = report;
  const differing = new Set([...Object.keys(difference.set), ...difference.remove]);
  const removed = new Set(difference.remove);
  const keys = [...new Set([...Object.keys({ ...initial, ...desired }), ...Object.keys(applied)])].sort(
    coreFirst,
  );
  const rows = keys.map((key) => {
    const isDerived = desired[key] === undefined && initial[key] !== undefined;
    const wanted = removed.has(key) ? '(nothing)' : showValue(desired[key] ?? initial[key]);
    const mark = differing.has(key) ? colour('red', '≠') : unknown.includes(extensionOf(key)) ? '?' : '';
    return [mark, shortName(key), isDerived ? `${wanted} (if empty)` : wanted, showValue(applied[key])];
  });
  const legend =
    unknown.length > 0 ? '\n  ? is read again from Concur before anything is concluded from it' : '';
  return section(
    differing.size === 0
      ? 'Desired and in Concur: no difference'
      : `Desired and in Concur: ${differing.size} differ`,
    table(['', 'attribute', 'desired', 'in Concur'], rows) + legend,
  );
}

function coreFirst(left: string, right: string): number {
  const rank = (key: string) => (key.startsWith('urn:') ? `1${key}` : `0${key}`);
  return rank(left) < rank(right) ? -1 : 1;
}

function refusals({ refused }: PersonReport): readonly string[] {
  if (refused.length === 0) return [];
  const rows = refused.flatMap(({ part, at, messages }) =>
    messages.map(({ code, message, schemaPath }) => [
      shortName(part),
      showTime(at),
      code ?? '',
      message,
      schemaPath === null ? '' : shortName(schemaPath),
    ]),
  );
  return [section('Refused by Concur', table(['part', 'when', 'code', 'message', 'attribute'], rows))];
}

function candidates(report: PersonReport): readonly string[] {
  if (report.candidates.length === 0) return [];
  const rows = report.candidates.map(({ concurId, active, userName, externalId, employeeNumber }) => [
    concurId,
    active ? 'active' : 'inactive',
    userName ?? '-',
    externalId ?? '-',
    employeeNumber ?? '-',
  ]);
  const titles = ['Concur id', 'access', 'userName', 'externalId', 'employee number'];
  return [section('Concur users who may be this person', table(titles, rows))];
}

function history({ changes }: PersonReport): string {
  const rows = changes.map(({ at, actor, action, version, attributes, reason }) => [
    showTime(at),
    actor,
    action,
    String(version),
    reason ?? attributes.map(shortName).join(', '),
  ]);
  return table(['when', 'who', 'what', 'version', 'attributes or reason'], rows);
}

function section(title: string, body: string): string {
  return `\n${colour('bold', title)}\n${body === '' ? '  none' : body}`;
}
