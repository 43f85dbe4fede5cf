import { expect, it } from 'vitest';
import { FAILURES, failureOf } from '../../src/concur/failures.ts';
import { OAUTH_CODES } from '../../src/concur/oauth-codes.ts';
import type { Unanswered } from '../../src/concur/transport.ts';
import type { Failure } from '../../src/domain/outcome.ts';
import { rowsOf, sectionOf, textOf } from './page.ts';

type Row = (typeof FAILURES)[number];

const WRITE = { write: true, missing: '', canMiss: true };
const READ = { ...WRITE, write: false };

/** How the page writes a failure. */
function told(failure: Failure): string {
  switch (failure.kind) {
    case 'refused':
      return 'refused';
    case 'missing':
      return 'not there';
    case 'retry':
      return `again ${waited(failure.after)} (\`${failure.why}\`)`;
    case 'unknown':
      return `unknown, looked up ${waited(failure.after)}`;
  }
}

function waited(after: number | null): string {
  if (after === null) return 'after a growing wait';
  return `after ${after / 60_000} minute${after === 60_000 ? '' : 's'}`;
}

function meant({ means }: Row, { write }: typeof WRITE): string {
  switch (means.kind) {
    case 'missing':
      return 'not there, if Concur itself says so; else again after a growing wait (`transient`)';
    case 'lost':
      return told(
        write
          ? { kind: 'unknown', after: means.after, message: '' }
          : { kind: 'retry', why: 'transient', after: means.after, message: '' },
      );
    case 'refused':
      return told({ kind: 'refused', messages: [], uniqueness: false });
    case 'retry':
      return told(means);
  }
}

function conditionOf({ words, about }: Row): string {
  if (about !== undefined) return 'names an attribute';
  return words === undefined ? '–' : words.source.split('|').join(', ');
}

const unanswered = (kind: Unanswered['kind']) => ({ kind, correlationId: '' });

/** What is not in the table of statuses, in the page's words. */
const NO_ANSWERS = [
  [
    'any other',
    { kind: 'answered', status: 200, retryAfter: null, body: null, correlationId: '' },
    'no answer to what was asked, or a redirect',
  ],
  ['none', unanswered('no-connection'), 'no connection'],
  ['none', unanswered('silent'), 'silence for 60 seconds'],
  ['none', unanswered('lost'), 'the connection broke'],
  ['none', unanswered('not-allowed'), 'the address is none that may be called, so nothing is sent'],
] as const;

it('docs/concur.md says of every answer what the program makes of it', () => {
  const [head, ...rows] = rowsOf(sectionOf(textOf('docs/concur.md'), '## What an answer means'));
  expect(head).toEqual(['status', 'words', 'a write', 'a read']);
  expect(rows).toEqual([
    ...FAILURES.map((row) => {
      const [first, last] = row.statuses;
      const statuses = first === last ? `${first}` : `${first}–${last}`;
      return [statuses, conditionOf(row), meant(row, WRITE), meant(row, READ)];
    }),
    ...NO_ANSWERS.map(([status, sent, words]) => [
      status,
      words,
      told(failureOf(sent, WRITE, 0)),
      told(failureOf(sent, READ, 0)),
    ]),
  ]);
});

it('explains every code of the token endpoint as the program does', () => {
  const [, ...rows] = rowsOf(sectionOf(textOf('docs/concur.md'), "## What the token endpoint's codes mean"));
  expect(rows).toEqual(
    OAUTH_CODES.map(({ codes, meaning, remedy, passing }) => [
      codes.join(', '),
      meaning,
      remedy,
      passing ? 'yes' : 'no',
    ]),
  );
});
