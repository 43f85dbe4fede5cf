import { type Extension, isExtension } from '../domain/extensions.ts';
import { type AttributeKey, attributeOf, extensionOf, sameValue } from '../domain/profile.ts';
import { partOf } from '../domain/refusal.ts';
import type { PersonReport } from '../http/admin/person.ts';
import { colour } from './colour.ts';
import { shortName, showValue } from './print.ts';
import { table } from './table.ts';

type Refused = PersonReport['refused'][number];

/** What a row says beside the values. */
const MARKS = {
  differs: colour('red', '≠'),
  refused: colour('red', '✗'),
  unread: '?',
  same: '',
} as const;

/** Whether nothing is sent for a person, since they are outside the scope and no deactivation is open. */
function isLeftAlone({ outside, difference }: PersonReport): boolean {
  return outside !== null && differingKeys(difference).size === 0;
}

/** How far Concur is from what is desired, in one line. */
export function comparisonTitle(report: PersonReport): string {
  const { difference, gaps, waitingFor, refused } = report;
  if (isLeftAlone(report)) return 'Desired and in Concur: nothing is sent';
  const differing = differingKeys(difference).size;
  if (differing > 0) return `Desired and in Concur: ${differing} differ`;
  const isWhole = gaps.length === 0 && waitingFor.length === 0 && refused.length === 0;
  return isWhole
    ? 'Desired and in Concur: no difference'
    : 'Desired and in Concur: no difference in what can be sent';
}

/** What is shown of a comparison beside what the report holds. */
export interface Shown {
  /** Where each value comes from that is asked for, in words, by its key. */
  readonly origins: ReadonlyMap<AttributeKey, string>;
  /** Whether values are shown too that nobody here asks for. */
  readonly all: boolean;
  /** The filter that says whom the connection is for; empty: everybody. */
  readonly scope: string;
}

/**
 * Desired and applied side by side: what differs, where it comes from, what Concur refused and in which words, and what
 * must be read again.
 */
export function comparison(report: PersonReport, { origins, all, scope }: Shown): string {
  if (isLeftAlone(report) && !all) return `  Outside the scope of this connection (${scope})`;
  const { desired, initial, applied, difference } = report;
  const removed = new Set(difference.remove);
  const asked = new Set([...Object.keys({ ...initial, ...desired }), ...differingKeys(difference)]);
  const keys = new Set([...asked, ...Object.keys(applied)]);
  const shown = all ? keys : asked;
  const rows = [...shown].sort(coreFirst).map((key) => {
    const refusal = refusalOf(report, key);
    const mark = markOf(report, key, refusal);
    const isDerived = desired[key] === undefined && initial[key] !== undefined;
    const wanted = removed.has(key) ? '(nothing)' : showValue(desired[key] ?? initial[key]);
    return {
      mark,
      isDerived,
      cells: [
        MARKS[mark],
        shortName(key),
        isDerived ? `${wanted} (if empty)` : wanted,
        showValue(applied[key]),
        origins.get(key) ?? '',
        refusal === undefined ? '' : wordsOf(refusal, key),
      ],
    };
  });
  const others = keys.size - shown.size;
  const legend = [
    others > 0 && othersLine(others),
    rows.some(({ mark }) => mark === 'refused') && '  ✗ Concur refused it; it is sent again once it changes',
    rows.some(({ mark }) => mark === 'unread') &&
      '  ? is read again from Concur before anything is concluded from it',
    rows.some(({ isDerived }) => isDerived) && '  (if empty): only sent where Concur holds nothing',
  ].filter((line) => line !== false);
  const cells = rows.map((row) => row.cells);
  return [table(['', 'attribute', 'desired', 'in Concur', 'from', ''], cells), ...legend].join('\n');
}

function othersLine(number: number): string {
  return number === 1
    ? '  and 1 value that nobody here asks for; --all shows it'
    : `  and ${number} values that nobody here asks for; --all shows them`;
}

function markOf(report: PersonReport, key: AttributeKey, refusal: Refused | undefined): keyof typeof MARKS {
  if (refusal !== undefined) return 'refused';
  if (differingKeys(report.difference).has(key)) return 'differs';
  const extension = extensionOf(key);
  // A part that was refused is read again only once something about it changes.
  const isRefused = report.refused.some(({ part }) => part === partOf(extension));
  return report.unknown.includes(extension) && !isRefused ? 'unread' : 'same';
}

/** The refusal of a value that is still desired and that Concur does not hold. */
function refusalOf({ refused, desired, initial, difference }: PersonReport, key: AttributeKey) {
  if (difference.set[key] === undefined) return undefined;
  const part: Extension = partOf(extensionOf(key));
  return refused.find(
    (one) => one.part === part && sameValue(key, one.desired[key], desired[key] ?? initial[key]),
  );
}

/** Concur's own words about an attribute; a part that has any wrong is refused whole. */
function wordsOf({ messages, part }: Refused, key: AttributeKey): string {
  const attribute = attributeOf(key);
  const words = messages.filter(({ schemaPath }) => schemaPath !== null && concerns(schemaPath, attribute));
  if (words.length > 0) return words.map(({ message }) => message).join(' ');
  return `refused with the rest of ${shortName(part)}`;
}

/** Concur names an attribute with or without the URN of its extension, core's too. */
function concerns(schemaPath: string, attribute: AttributeKey): boolean {
  const colon = schemaPath.lastIndexOf(':');
  const urn = schemaPath.slice(0, Math.max(0, colon));
  const path = schemaPath.slice(colon + 1).replace(/[[.].*$/, '');
  const name = attribute.slice(attribute.lastIndexOf(':') + 1);
  return path === name && (!isExtension(urn) || urn === extensionOf(attribute));
}

function differingKeys({ set, remove }: PersonReport['difference']): ReadonlySet<AttributeKey> {
  return new Set([...Object.keys(set), ...remove]);
}

function coreFirst(left: string, right: string): number {
  const rank = (key: string) => (key.startsWith('urn:') ? `1${key}` : `0${key}`);
  return rank(left) < rank(right) ? -1 : 1;
}
