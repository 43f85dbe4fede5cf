import { QUIET } from '../domain/granted.ts';
import type { PersonReport } from '../http/admin/person.ts';
import { candidateTable, releaseHint } from './candidates.ts';
import { colour, colourState } from './colour.ts';
import { comparison, comparisonTitle, type Shown } from './comparison.ts';
import { shortName, showTime, showValue } from './print.ts';
import { requestView } from './request-view.ts';
import { fields, table } from './table.ts';

/** One person for people to read: who they are, desired against applied, their requests and their history. */
export function personView(report: PersonReport, shown: Shown): string {
  return [
    heading(report),
    standing(report),
    ...missing(report),
    section(comparisonTitle(report), comparison(report, shown)),
    ...refusals(report),
    ...candidates(report),
    ...approved(report),
    section(
      'Provisioning requests, newest first',
      report.requests.map((request) => requestView(request, report.id)).join('\n\n'),
    ),
    section('History, newest first', history(report)),
  ].join('\n');
}

function heading({ userName, displayName, deleted }: PersonReport): string {
  const gone = deleted === null ? '' : `deleted on ${showTime(deleted)}`;
  return [colour('bold', showValue(userName)), showValue(displayName), colour('red', gone)]
    .filter((part) => part !== '')
    .join('  ');
}

function standing(report: PersonReport): string {
  const { override, reasonText } = report;
  return fields([
    ['state', colourState(report.state)],
    ['because', reasonText],
    ['last error', report.lastError],
    [
      'override',
      override && `inactive since ${showTime(override.since)}, by ${override.by}: ${override.reason}`,
    ],
    ['next look', report.due && `${showTime(report.due)} (${report.lane})`],
    ['differs since', report.pendingSince && showTime(report.pendingSince)],
    ['last confirmed', showTime(report.lastConfirmed)],
    ['last written', `${showTime(report.lastModified)} (version ${report.version})`],
    ['SCIM id', report.id],
    ['Concur id', report.concurId ?? '-'],
    ['externalId', showValue(report.externalId) || null],
    ...report.earlier.map(
      ({ id, userName, deleted }) =>
        ['earlier record', `${id}  ${showValue(userName)}, deleted on ${showTime(deleted)}`] as const,
    ),
  ]);
}

/** Everything that keeps a part from being sent. */
function missing({ gaps, waitingFor, notGranted }: PersonReport): readonly string[] {
  // The scopes of the others are named among the gaps.
  const quiet = notGranted.filter(({ scope }) => QUIET.has(scope));
  const lines = [
    ...gaps.map(({ extension, why }) => `  ${shortName(extension)}: ${why}`),
    ...waitingFor.map(({ key, reference, until }) => `  ${shortName(key)} waits for ${reference}, ${until}`),
    ...quiet.map(({ key, scope }) => `  ${shortName(key)} is left out: the company did not grant ${scope}`),
  ];
  return lines.length === 0 ? [] : [section('What is missing', lines.join('\n'))];
}

function candidates(report: PersonReport): readonly string[] {
  return report.candidates.length === 0
    ? []
    : [
        section(
          'Concur users who may be this person',
          `${candidateTable(report.candidates)}\n${releaseHint(showValue(report.userName))}`,
        ),
      ];
}

/** Reports of somebody without access go nowhere: a leaver's people are named first of all to be given somebody else. */
function approved({ approvesFor, applied }: PersonReport): readonly string[] {
  if (approvesFor.length === 0) return [];
  const title =
    applied.active === false
      ? 'Approves for others still, without access: give these another approver'
      : 'Approves for';
  const rows = approvesFor.map(({ userName, kinds }) => [userName, kinds.join(', ')]);
  return [section(title, table(['userName', 'what'], rows))];
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
