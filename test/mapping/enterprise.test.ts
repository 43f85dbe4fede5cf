import { describe, expect, test } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { JsonValue } from '../../src/domain/json.ts';
import { mapEnterprise } from '../../src/mapping/enterprise.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { userResourceType } from '../../src/scim/registry.ts';
import { parseResource } from '../../src/scim/resource.ts';

const person = (enterprise: { [name: string]: JsonValue }) =>
  parseResource(userResourceType, { userName: 'ada@example.com', [ENTERPRISE]: enterprise });

describe('what Concur adds to the enterprise extension', () => {
  test.each(['2026-01-31', '2026-01-31T00:00:00Z'])('dates as %s reach Concur', (date) => {
    const { user, gaps } = mapEnterprise(person({ startDate: date, terminationDate: date }), 'company-1');
    expect(user).toMatchObject({ startDate: date, terminationDate: date });
    expect(gaps).toEqual([]);
  });

  test('leaves of absence reach Concur', () => {
    const leave = { startDate: '2026-02-01', endDate: '2026-03-01', type: 'mandatory' };
    const { user, gaps } = mapEnterprise(person({ leavesOfAbsence: [leave] }), 'company-1');
    expect(user.leavesOfAbsence).toEqual([leave]);
    expect(gaps).toEqual([]);
  });

  test('a PATCH sets and ends them', () => {
    const patch = (resource: ReturnType<typeof person>, op: string, value?: JsonValue) => {
      const path = `${ENTERPRISE}:terminationDate`;
      const Operations = [value === undefined ? { op, path } : { op, path, value }];
      return applyPatch(userResourceType, resource, { Operations }, 'id').resource;
    };
    const leaving = patch(person({}), 'replace', '2026-12-31');
    expect(mapEnterprise(leaving, 'company-1').user.terminationDate).toBe('2026-12-31');
    expect(mapEnterprise(patch(leaving, 'remove'), 'company-1').user.terminationDate).toBeUndefined();
  });

  test('what is no date is named, and not sent', () => {
    const { user, gaps } = mapEnterprise(person({ startDate: 'soon' }), 'company-1');
    expect(user.startDate).toBeUndefined();
    expect(gaps.map(({ why }) => why)).toEqual([expect.stringContaining('startDate')]);
  });
});
