import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { ENTERPRISE, SPEND } from '../domain/extensions.ts';
import type { State } from '../domain/provisioning.ts';
import type { Simulator } from '../simulator/simulator.ts';
import { type Account, newAccount, scimIdOf } from './account.ts';
import type { Admin } from './admin.ts';
import type { startEntra } from './entra.ts';
import { OFFICES } from './offices.ts';
import type { startOkta } from './okta.ts';
import { COMMERCIAL_PEOPLE, OPERATIONS_PEOPLE } from './people.ts';
import { settle, settleLeaver, type Watch } from './settle.ts';

/** How many requests an identity provider has open at once. */
const AT_ONCE = 8;

/** Who takes part in the day. */
export interface Cast {
  readonly okta: ReturnType<typeof startOkta>;
  readonly entra: ReturnType<typeof startEntra>;
  readonly admin: Admin;
  readonly simulator: Simulator;
  readonly audience: Audience;
}

/** Who watches the day. */
export interface Audience {
  /** A new part of the day begins. */
  begin(title: string): void;
  readonly watch: Watch;
  /** Something worth telling happened. */
  tell(sentence: string): void;
}

/** What the admin knows at the end that Concur alone does not show. */
export interface Day {
  readonly accounts: readonly Account[];
  /** Whose Concur user must be the same as before: by account, the Concur UUID. */
  readonly kept: ReadonlyMap<Account, string>;
}

/** What the hand-made Concur user holds that no identity provider knows, and must keep. */
export const HAND_MADE = {
  userName: 'luis.carranza@example.com',
  timezone: 'America/Denver',
  custom1: 'CC-4711',
};

/**
 * Lives through the day of two identity providers. What both providers want of Concur at the end is in
 * the accounts. Fails with `NotSettled` or `UnexpectedAnswer` when the bridge does not keep up with it.
 */
export async function liveThroughDay({ okta, entra, admin, simulator, audience }: Cast): Promise<Day> {
  const commercial = COMMERCIAL_PEOPLE.map((employee) => newAccount('Okta', employee, oktaId));
  const operations = OPERATIONS_PEOPLE.map((employee) => newAccount('Entra', employee, entraId));
  const accounts = [...commercial, ...operations];
  const named = byUserName(accounts);
  const numbered = new Map(accounts.map((account) => [account.employee.employeeNumber, account]));
  const kept = new Map<Account, string>();
  const limit = pLimit(AT_ONCE);
  const together = (some: readonly Account[], act: (account: Account) => Promise<void>) =>
    Promise.all(some.map((account) => limit(act, account)));
  const settled = async (expected: (account: Account) => State = () => 'in_sync') =>
    await settle(admin, accounts, expected, audience.watch);

  const handMade = named(HAND_MADE.userName);
  kept.set(handMade, seedHandMade(simulator, handMade));

  audience.begin('Okta assigns the commercial tree');
  const lateManager = named('ingrid.lindqvist@example.com');
  const waiting = commercial.filter(
    ({ employee }) => employee.manager === lateManager.employee.employeeNumber,
  );
  await together(
    commercial.filter((account) => account !== lateManager),
    okta.assign,
  );
  await settled((account) => (waiting.includes(account) ? 'partial' : 'in_sync'));
  handMade.events.push('found in Concur and adopted');
  audience.tell(`${handMade.employee.userName} was found in Concur and adopted, not made a second time.`);
  audience.tell(
    `${waiting.map(({ employee }) => employee.userName).join(' and ')} are in Concur and wait for their manager.`,
  );

  audience.begin('Entra provisions the operations tree');
  const traveller = named('nikhil.bhattacharya@example.com');
  traveller.employee = { ...traveller.employee, currency: 'THB' };
  await together(operations, (account) => entra.create(account));
  await together(operations, async (account) => {
    const manager = numbered.get(account.employee.manager ?? '');
    if (manager !== undefined) await entra.setManager(account, manager);
  });
  await settled((account) => (waiting.includes(account) || account === traveller ? 'partial' : 'in_sync'));
  const refused = await admin.person(scimIdOf(traveller));
  audience.tell(
    `Concur refuses the currency THB of ${traveller.employee.userName}, and says: ${refused.lastError}`,
  );
  traveller.events.push('currency refused');

  audience.begin('The missing manager arrives, and the currency is corrected');
  await okta.assign(lateManager);
  await entra.update(traveller, { currency: 'SGD' }, 'currency corrected');
  for (const account of waiting) account.events.push('manager came later');
  await settled();

  audience.begin('Profiles change');
  const promotion = { title: 'Senior Account Executive' };
  await okta.update(named('rachel.abernathy@example.com'), promotion, 'promoted');
  await okta.update(named('harriet.lockwood@example.com'), { mobile: '+442071838750' }, 'new mobile');
  await okta.update(named('felix.obermann@example.com'), { office: OFFICES.München }, 'moved to München');
  await okta.update(
    named('chloe.fontanel@example.com'),
    { familyName: 'Delacroix', userName: 'chloe.delacroix@example.com' },
    'married, new userName',
  );
  await entra.update(named('dominik.ziegler@example.com'), { title: 'Identity Architect' }, 'promoted');
  await entra.update(named('fiona.mcallister@example.com'), { mobile: '+35315530000' }, 'new mobile');
  const transfer = { department: 'Operations', costCenter: '2000', office: OFFICES.Singapore };
  await entra.update(named('vikram.subramani@example.com'), transfer, 'transferred to Singapore');
  const designer = named('camille.rousselot@example.com');
  const newManager = named('william.ashcombe@example.com');
  await entra.setManager(designer, newManager);
  designer.employee = { ...designer.employee, manager: newManager.employee.employeeNumber };
  designer.events.push('new manager');
  await settled();

  audience.begin('Leavers');
  const onLeave = named('maeve.gallagher@example.com');
  const rehired = named('gregor.steinhauer@example.com');
  const deletedId = scimIdOf(rehired);
  await okta.setActive(named('jordan.pickering@example.com'), false);
  await okta.setActive(onLeave, false);
  await entra.setActive(named('oscar.fairweather@example.com'), false);
  await entra.setActive(rehired, false);
  await settled();
  await entra.remove(rehired);
  const { concurId } = await settleLeaver(admin, deletedId);
  if (concurId !== null) kept.set(rehired, concurId);

  audience.begin('Somebody comes back, and somebody is hired again');
  await okta.setActive(onLeave, true);
  rehired.externalId = entraId('hired again');
  rehired.active = true;
  await entra.create(rehired, 'hired again');
  const manager = numbered.get(rehired.employee.manager ?? '');
  if (manager !== undefined) await entra.setManager(rehired, manager);
  await settled();
  audience.tell(`${rehired.employee.userName} has the same Concur user as before the deletion.`);

  audience.begin('HR offboards somebody over the head of Okta');
  const offboarded = named('marcus.adeyemi@example.com');
  await admin.offboard(scimIdOf(offboarded), 'Dismissed without notice');
  offboarded.offboarded = true;
  offboarded.events.push('offboarded by HR');
  await settled();
  await okta.update(offboarded, { title: 'Editorial Lead' }, 'Okta still says active');
  await settled();
  audience.tell(`Okta wrote ${offboarded.employee.userName} with active: true; Concur stays inactive.`);
  return { accounts, kept };
}

/** Somebody whom an administrator of Concur once made by hand. Returns the Concur UUID. */
function seedHandMade({ company, state }: Simulator, { employee }: Account): string {
  const { userName, givenName, familyName, employeeNumber } = employee;
  const { id } = state.seed({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE, SPEND],
    userName,
    active: true,
    name: { givenName, familyName },
    emails: [{ type: 'work', value: userName }],
    timezone: HAND_MADE.timezone,
    [ENTERPRISE]: { companyId: company.id, employeeNumber },
    [SPEND]: {
      country: 'US',
      locale: 'en-US',
      reimbursementCurrency: 'USD',
      customData: [{ id: 'custom1', value: HAND_MADE.custom1 }],
    },
  });
  return id;
}

function byUserName(accounts: readonly Account[]): (userName: string) => Account {
  const all = new Map(accounts.map((account) => [account.employee.userName, account]));
  return (userName) => {
    const found = all.get(userName);
    if (found === undefined) throw new Error(`Nobody in the demonstration is called ${userName}`);
    return found;
  };
}

/** Okta's ids begin with `00u`. */
function oktaId(seed: string): string {
  return `00u${digest(seed).slice(0, 17)}`;
}

/** Entra's object ids are UUIDs. */
function entraId(seed: string): string {
  return digest(seed).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function digest(seed: string): string {
  return createHash('sha256').update(seed).digest('hex');
}
