import { describe, expect, it } from 'vitest';
import { comparison as compare } from '../../src/cli/comparison.ts';
import { personView as view } from '../../src/cli/person-view.ts';
import { CORE, ENTERPRISE, SPEND, SPEND_ROLE } from '../../src/domain/extensions.ts';
import type { Provisioning } from '../../src/domain/person.ts';
import { personReport } from '../../src/http/admin/presenters.ts';
import type { Description } from '../../src/http/connection.ts';
import { record } from '../domain/records.ts';

const CURRENCY = `${SPEND}:reimbursementCurrency`;
const COUNTRY = `${SPEND}:country`;

function report(description: Partial<Description>, provisioning: Partial<Provisioning>) {
  const base = record();
  return personReport(
    { ...base, provisioning: { ...base.provisioning, refused: {}, concurId: 'c', ...provisioning } },
    {
      description: {
        desired: {},
        initial: {},
        waitingFor: [],
        gaps: [],
        missingFor: () => null,
        ...description,
      },
      earlier: [],
      approved: [],
      requests: [],
      changes: [],
    },
  );
}

const ALL = { origins: new Map<string, string>(), all: true, scope: '' };
const comparison = (one: ReturnType<typeof report>) => compare(one, ALL);
const personView = (one: ReturnType<typeof report>) => view(one, ALL);

function line(text: string, attribute: string): string {
  return text.split('\n').find((one) => one.includes(attribute)) ?? '';
}

describe('values that Concur refused', () => {
  const message = { code: 'INVALID_VALUE', message: 'No such currency', schemaPath: CURRENCY, type: 'error' };
  const desired = { title: 'Clerk', [CURRENCY]: 'THB', [COUNTRY]: 'TH' };
  const refusal = { desired, messages: [message], uniqueness: false, searched: false, at: 1 };
  const refused = report(
    { desired },
    { applied: { profile: { title: 'Clerk' }, unknown: [SPEND] }, refused: { [SPEND]: refusal } },
  );

  it('are shown as refused, with Concur’s words beside the attribute', () => {
    const text = comparison(refused);
    expect(line(text, 'reimbursementCurrency')).toMatch(/✗ .*THB +No such currency$/);
    expect(line(text, 'spend:country')).toMatch(/✗ .*refused with the rest of spend$/);
    expect(line(text, 'title')).not.toContain('✗');
    expect(text).toContain('✗ Concur refused it');
    expect(text).not.toContain('?');
  });

  it('are differences again once something else is wanted', () => {
    const changed = { ...refused, desired: { ...desired, [CURRENCY]: 'EUR' } };
    expect(line(comparison(changed), 'reimbursementCurrency')).not.toContain('✗');
  });

  it.each(['userName', `${CORE}:userName`, 'emails[work].value'])(
    'are found by the path %s',
    (schemaPath) => {
      const wanted = { userName: 'ann', 'emails[work].value': 'a@x.com' };
      const core = { ...refusal, desired: wanted, messages: [{ ...message, message: 'Taken', schemaPath }] };
      const text = comparison(
        report({ desired: wanted }, { applied: { profile: {}, unknown: [] }, refused: { [CORE]: core } }),
      );
      const attribute = schemaPath.startsWith('emails') ? 'emails[work]' : 'userName';
      expect(line(text, attribute)).toMatch(/Taken$/);
    },
  );
});

describe('the legend', () => {
  it('explains marks only where they are', () => {
    const applied = { profile: { title: 'Clerk', [`${ENTERPRISE}:department`]: 'Sales' }, unknown: [] };
    const text = comparison(report({ desired: { title: 'Clerk' } }, { applied }));
    expect(text).not.toMatch(/\?|if empty|✗/);
    const unread = comparison(report({}, { applied: { ...applied, unknown: [ENTERPRISE] } }));
    expect(line(unread, 'department')).toMatch(/^\?/);
    expect(unread).toContain('? is read again');
    const nowhere = comparison(
      report({ desired: { title: 'Clerk' } }, { applied: { ...applied, unknown: [SPEND] } }),
    );
    expect(nowhere).not.toContain('?');
    const derived = comparison(report({ initial: { timezone: 'UTC' } }, { applied }));
    expect(line(derived, 'timezone')).toContain('UTC (if empty)');
    expect(derived).toContain('(if empty): only sent where Concur holds nothing');
  });
});

describe('what is shown', () => {
  const applied = {
    profile: { title: 'Clerk', timezone: 'UTC', [`${ENTERPRISE}:department`]: 'Sales', nickName: 'Al' },
    unknown: [],
  };
  const origins = new Map([
    ['title', 'title (bridge.yaml:9)'],
    [CURRENCY, 'derived from the country'],
  ]);
  const one = report({ desired: { title: 'Boss' } }, { applied, owned: ['nickName'] });

  it('is what somebody asks for and what differs, with how much Concur holds besides', () => {
    const text = compare(one, { origins, all: false, scope: '' });
    expect(line(text, 'title')).toMatch(/^≠ +title +Boss +Clerk +title \(bridge\.yaml:9\)$/);
    expect(line(text, 'nickName')).toMatch(/\(nothing\) +Al$/);
    expect(text).not.toMatch(/timezone|department/);
    expect(text).toContain('and 2 values that nobody here asks for; --all shows them');
  });

  it('is everything with --all', () => {
    const text = compare(one, { origins, all: true, scope: '' });
    expect(line(text, 'enterprise:department')).toMatch(/Sales$/);
    expect(text).toContain('timezone');
    expect(text).not.toContain('--all');
  });

  it('counts one value alone as one', () => {
    const two = report({ desired: { title: 'Boss', timezone: 'UTC' } }, { applied });
    const without = { ...two, applied: { title: 'Clerk', nickName: 'Al' } };
    expect(compare(without, { origins, all: false, scope: '' })).toContain(
      'and 1 value that nobody here asks for; --all shows it',
    );
  });

  it('names parts and attributes as the configuration does', () => {
    const roles = `${SPEND_ROLE}:roles[EXP_USER].roleName`;
    const text = compare(report({ desired: { [roles]: 'EXP_USER' } }, { applied }), {
      origins,
      all: false,
      scope: '',
    });
    expect(text).toContain('role:roles[EXP_USER].roleName');
    expect(text).not.toMatch(/urn:|spend Role/);
  });
});

function waitFor(reference: string) {
  return { key: `${ENTERPRISE}:manager.value`, reference, until: 'who is not here yet' };
}

describe('a person in part', () => {
  it('is never shown without difference alone: everything that is missing is listed', () => {
    const gaps = [
      { extension: SPEND, why: 'No country is known' },
      { extension: ENTERPRISE, why: 'No company is known' },
    ] as const;
    const text = personView(
      report(
        { desired: { title: 'Clerk' }, gaps, waitingFor: [waitFor('boss'), waitFor('approver')] },
        { state: 'partial', applied: { profile: { title: 'Clerk' }, unknown: [] } },
      ),
    );
    for (const words of [
      'spend: No country',
      'enterprise: No company',
      'enterprise:manager.value waits for boss, who is not here yet',
      'waits for approver',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain('no difference in what can be sent');
  });

  it('who is whole is shown without difference', () => {
    const text = personView(
      report({ desired: { title: 'x' } }, { applied: { profile: { title: 'x' }, unknown: [] } }),
    );
    expect(text).toMatch(/Desired and in Concur: no difference\n/);
    expect(text).not.toContain('What is missing');
  });
});
