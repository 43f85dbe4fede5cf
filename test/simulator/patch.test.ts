import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Attributes } from '../../src/simulator/attributes.ts';
import { CORE, ENTERPRISE, SPEND_APPROVER, SPEND_ROLE, SPEND_USER } from '../../src/simulator/schemas.ts';
import type { UserView } from '../../src/simulator/simulator.ts';
import { type Caller, patch, person, SPEND, startCaller } from './caller.ts';

let concur: Caller;
let ada: UserView;
const setUp = async (patchAdd: 'replace' | 'append' = 'replace'): Promise<void> => {
  concur = await startCaller({ patchAdd });
  ada = concur.simulator.state.seed(
    person(
      { title: 'Countess', entitlements: ['Expense'], emails: [{ value: 'ada@work.example', type: 'work' }] },
      {
        [ENTERPRISE]: {
          department: 'Analysis',
          leavesOfAbsence: [{ startDate: '2020-06-01', endDate: '2020-07-01' }],
        },
        [SPEND_USER]: {
          ...SPEND,
          customData: [
            { id: 'custom1', value: 'a' },
            { id: 'custom2', value: 'b' },
          ],
        },
        [SPEND_ROLE]: {
          roles: [{ roleName: 'EXP_APPROVER' }, { roleName: 'SHD_ROLE_ADMIN', roleGroups: ['R&D'] }],
        },
      },
    ),
  );
};
beforeEach(() => setUp());
afterEach(() => concur.simulator.close());

const send = (...operations: Attributes[]): ReturnType<Caller['call']> =>
  concur.call('PATCH', `/profile/v4/Users/${ada.id}`, patch(...operations));
const patched = async (...operations: Attributes[]): Promise<UserView> => {
  const answer = await send(...operations);
  expect(answer.body).toMatchObject({ id: ada.id });
  return concur.simulator.state.find(ada.id) ?? ada;
};
const enterprise = (view: UserView): Attributes => view.identity[ENTERPRISE] as Attributes;

describe('PATCH', () => {
  it('reaches sub-attributes, filtered values and extensions', async () => {
    const view = await patched(
      { op: 'Replace', path: 'name.givenName', value: 'Augusta' },
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'augusta@work.example' },
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'Engines' },
      { op: 'remove', path: `${CORE}:title` },
    );
    expect(view.identity).toMatchObject({
      name: { givenName: 'Augusta', familyName: 'Lovelace' },
      emails: [{ value: 'augusta@work.example' }],
    });
    expect(enterprise(view).department).toBe('Engines');
    expect(view.identity).not.toHaveProperty('title');
  });

  it('takes attributes and extensions without a path', async () => {
    const view = await patched({
      op: 'replace',
      value: { nickName: 'Ada', [ENTERPRISE]: { division: 'East' }, name: { middleName: 'K' } },
    });
    expect(view.identity).toMatchObject({ nickName: 'Ada', name: { givenName: 'Ada', middleName: 'K' } });
    expect(enterprise(view)).toMatchObject({ division: 'East', department: 'Analysis' });
  });

  it('reaches into spend extensions', async () => {
    const view = await patched(
      { op: 'replace', path: `${SPEND_USER}:customData[id eq "custom2"].value`, value: 'c' },
      { op: 'remove', path: `${SPEND_ROLE}:roles[roleName eq "SHD_ROLE_ADMIN"]` },
    );
    expect((view.spend[SPEND_USER] as Attributes).customData).toEqual([
      { id: 'custom1', value: 'a' },
      { id: 'custom2', value: 'c' },
    ]);
    expect((view.spend[SPEND_ROLE] as Attributes).roles).toEqual([{ roleName: 'EXP_APPROVER' }]);
  });

  it('removes sub-attributes and takes null for nothing', async () => {
    await patched(
      { op: 'add', path: 'name.middleName', value: 'King' },
      { op: 'add', path: 'nickName', value: 'Ada' },
    );
    const view = await patched(
      { op: 'remove', path: 'name.middleName' },
      { op: 'replace', path: 'nickName', value: null },
    );
    expect(view.identity.name).toEqual({ givenName: 'Ada', familyName: 'Lovelace' });
    expect(view.identity).not.toHaveProperty('nickName');
  });

  it('takes one value for a list', async () => {
    const view = await patched({ op: 'replace', path: 'entitlements', value: 'Travel' });
    expect(view.identity.entitlements).toEqual(['Travel']);
  });

  it('fills in a custom field that was empty', async () => {
    const view = await patched({
      op: 'replace',
      path: `${SPEND_USER}:customData[id eq "custom3"].value`,
      value: 'c',
    });
    expect((view.spend[SPEND_USER] as Attributes).customData).toContainEqual({ id: 'custom3', value: 'c' });
  });

  it('writes the other spend extensions of a Spend User whose own change is refused', async () => {
    const view = await patched(
      { op: 'replace', path: `${SPEND_USER}:country`, value: 'PL' },
      { op: 'replace', path: `${SPEND_ROLE}:roles`, value: [] },
    );
    expect(view.spend).toEqual({ ...ada.spend, [SPEND_ROLE]: { roles: [] } });
  });

  it('sets a userName free by renaming its holder', async () => {
    const taken = person({ userName: String(ada.identity.userName) });
    expect((await concur.call('POST', '/profile/v4/Users', taken)).status).toBe(400);
    await patched({ op: 'replace', path: 'userName', value: 'renamed@company.example' });
    expect((await concur.call('POST', '/profile/v4/Users', taken)).status).toBe(201);
  });

  it('removes one approver by a nested value, and all of them by the bare extension', async () => {
    const approver = (id: string): Attributes => ({ approver: { value: id }, primary: true });
    await patched({ op: 'add', value: { [SPEND_APPROVER]: { report: [approver(ada.id)] } } });
    const one = await patched({
      op: 'remove',
      path: `${SPEND_APPROVER}:report[approver.value eq "${ada.id}"]`,
    });
    expect(one.spend[SPEND_APPROVER]).toEqual({ report: [] });
    const none = await patched({ op: 'remove', path: `${SPEND_APPROVER}:` });
    expect(none.spend).not.toHaveProperty([SPEND_APPROVER]);
  });

  it('replaces a list without a filter whole, by add too', async () => {
    const view = await patched({ op: 'add', path: 'entitlements', value: ['Travel'] });
    expect(view.identity.entitlements).toEqual(['Travel']);
  });

  it('appends by add where it was told to', async () => {
    await concur.simulator.close();
    await setUp('append');
    const leave = { startDate: '2017-03-01', endDate: '2017-06-15', type: 'voluntary' };
    const view = await patched(
      { op: 'add', path: 'entitlements', value: ['Expense', 'Travel'] },
      { op: 'add', path: `${ENTERPRISE}:leavesOfAbsence`, value: [leave] },
    );
    expect(view.identity.entitlements).toEqual(['Expense', 'Travel']);
    expect(enterprise(view).leavesOfAbsence).toHaveLength(2);
  });

  it.each<[string, Attributes[]]>([
    ['an unknown operation', [{ op: 'move', path: 'title', value: 'x' }]],
    ['a path that is none', [{ op: 'replace', path: 'emails[type eq', value: 'x' }]],
    ['an unknown attribute', [{ op: 'replace', path: 'userType', value: 'x' }]],
    ['an unknown schema', [{ op: 'replace', path: 'urn:example:User:x', value: 'x' }]],
    ['an unknown schema without a path', [{ op: 'replace', value: { 'urn:example:User': {} } }]],
    ['an extension attribute as a key', [{ op: 'replace', value: { [`${ENTERPRISE}:department`]: 'x' } }]],
    ['a remove without a path', [{ op: 'remove' }]],
    ['no value', [{ op: 'replace', path: 'title' }]],
    ['active as text', [{ op: 'replace', path: 'active', value: 'False' }]],
    [
      'a filter that matches nothing',
      [{ op: 'replace', path: 'emails[type eq "home"].value', value: 'a@b.example' }],
    ],
    ['a read-only attribute', [{ op: 'replace', path: `${ENTERPRISE}:organization`, value: 'x' }]],
    ['another company', [{ op: 'replace', path: `${ENTERPRISE}:companyId`, value: 'x' }]],
    ['a required attribute removed', [{ op: 'remove', path: 'userName' }]],
    ['the enterprise extension removed', [{ op: 'remove', path: ENTERPRISE }]],
    ['an operation that is no object', [1 as unknown as Attributes]],
    ['a path that is no text', [{ op: 'replace', path: 1, value: { title: 'x' } }]],
    ['a value that is no object, without a path', [{ op: 'replace', value: 'x' }]],
    [
      'a filter that is none',
      [{ op: 'replace', path: 'emails[type is "work"].value', value: 'a@b.example' }],
    ],
    ['an extension that is no object', [{ op: 'replace', path: ENTERPRISE, value: 'x' }]],
    ['no operations', []],
    [
      'one bad operation among good ones',
      [
        { op: 'replace', path: 'title', value: 'x' },
        { op: 'replace', path: 'timezone', value: 'x' },
      ],
    ],
  ])('changes nothing when it is refused for %s', async (_case, operations) => {
    const refused = await send(...operations);
    expect(refused.status).toBe(400);
    expect(concur.simulator.state.find(ada.id)).toEqual(ada);
  });

  it('must name its schema', async () => {
    const { Operations } = patch({ op: 'replace', path: 'title', value: 'x' });
    expect((await concur.call('PATCH', `/profile/v4/Users/${ada.id}`, { Operations })).status).toBe(400);
  });

  it('takes the company it has', async () => {
    const view = await patched({
      op: 'replace',
      path: `${ENTERPRISE}:companyId`,
      value: concur.simulator.company.id,
    });
    expect(view.identity).toEqual(ada.identity);
  });

  it('changes nothing of an extension that it is refused for', async () => {
    const view = await patched(
      { op: 'replace', path: 'title', value: 'Lady' },
      { op: 'replace', path: `${SPEND_USER}:locale`, value: 'de-DE' },
      { op: 'replace', path: `${SPEND_USER}:country`, value: 'PL' },
    );
    expect(view.identity.title).toBe('Lady');
    expect(view.spend).toEqual(ada.spend);
  });
});
