import { expect, it } from 'vitest';
import { openClinic, person } from './clinic.ts';

it('counts who is whole, and names every kind of gap with an example', async () => {
  const clinic = await openClinic();
  const [, ada, bob, cleo] = await clinic.add(
    person('whole'),
    person('ada', { preferredLanguage: 'tlh' }),
    person('bob', { preferredLanguage: 'tlh' }),
    person('cleo', { entitlements: [{ value: 'Expense' }] }),
  );
  const { of, ok } = await clinic.examine();
  const { state, found, remedy } = of('mapping');
  expect(state).toBe('warning');
  expect(found.split('\n')).toEqual([
    '1 of 4 people are whole.',
    expect.stringMatching(
      new RegExp(`^Concur does not have the preferredLanguage "tlh": 2, such as (${ada}|${bob})$`),
    ),
    expect.stringMatching(new RegExp(`^The spend profile lacks .*: 1, such as ${cleo}$`)),
  ]);
  expect(remedy).toContain('map it in the configuration');
  expect(ok).toBe(true);
});

it('tries the mapping on two hundred people at most', async () => {
  const clinic = await openClinic();
  await clinic.add(...Array.from({ length: 205 }, (_, index) => person(`person${index}`)));
  expect((await clinic.examine()).of('mapping').found).toBe('200 of 200 people are whole (there are 205).');
});

it('says who is outside the scope, and tries the mapping on the others', async () => {
  const clinic = await openClinic();
  const [, bob] = await clinic.add(
    person('ada', { userType: 'Employee' }),
    person('bob', { preferredLanguage: 'tlh' }),
  );
  const file = { connections: { default: { scope: 'userType eq "Employee"' } } };
  expect((await clinic.examine({ file })).of('mapping')).toMatchObject({
    state: 'ok',
    found: `1 of 1 people are whole. 1 more outside the scope, such as ${bob}: nothing is sent for them.`,
  });
});

it('says that nobody is there yet', async () => {
  const clinic = await openClinic();
  expect((await clinic.examine()).of('mapping')).toMatchObject({
    state: 'ok',
    found: expect.stringContaining('Nobody is in the directory yet'),
  });
});
