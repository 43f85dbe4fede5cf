import { expect, test } from 'vitest';
import { personView } from '../../src/cli/person-view.ts';
import { SPEND } from '../../src/domain/extensions.ts';
import { EXTERNAL_ID_WRITE, grantedBy, SCOPES, SPEND_WRITE } from '../../src/domain/granted.ts';
import { lacks } from '../../src/domain/plan.ts';
import { personReport } from '../../src/http/admin/presenters.ts';
import { record, wanted } from '../domain/records.ts';

test('what is not granted is missing, with its scope, and no part of the difference', () => {
  const scopes = SCOPES.map(({ name }) => name).filter(
    (name) => name !== EXTERNAL_ID_WRITE && name !== SPEND_WRITE,
  );
  const { missingFor } = grantedBy(new Set(scopes), 'auto');
  const desired = wanted({ externalId: 'x', title: 'T', [`${SPEND}:country`]: 'US' }, { missingFor });
  const person = record();
  const report = personReport(person, {
    description: {
      desired: desired.profile,
      initial: {},
      waitingFor: [],
      gaps: lacks(person, desired),
      missingFor,
    },
    earlier: [],
    approved: [],
    requests: [],
    changes: [],
  });
  expect(report.difference.set).toEqual({ title: 'T' });
  const text = personView(report, { origins: new Map(), all: false, scope: '' });
  expect(text).toContain(
    `spend: The company did not grant ${SPEND_WRITE}: the spend profile cannot be written`,
  );
  expect(text).toContain(`externalId is left out: the company did not grant ${EXTERNAL_ID_WRITE}`);
  expect(text).toContain('1 differ');
});

test.each([
  [true, 'Approves for\n'],
  [false, 'Approves for others still, without access: give these another approver\n'],
])('whom somebody approves for is listed, and is more urgent without access', (active, title) => {
  const text = personView(
    personReport(record({ applied: { profile: { active }, unknown: [] } }), {
      description: { desired: {}, initial: {}, waitingFor: [], gaps: [], missingFor: () => null },
      earlier: [],
      approved: [{ id: 'p-2', userName: 'ben@example.com', kinds: ['report', 'request'] }],
      requests: [],
      changes: [],
    }),
    { origins: new Map(), all: false, scope: '' },
  );
  expect(text).toContain(title);
  expect(text).toMatch(/ben@example\.com +report, request/);
});
