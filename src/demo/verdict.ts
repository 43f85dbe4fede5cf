import { ENTERPRISE, SPEND } from '../domain/extensions.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Simulator, UserView } from '../simulator/simulator.ts';
import { type Account, shouldHaveAccess } from './account.ts';
import { type Day, HAND_MADE } from './day.ts';

/** What Concur holds of one person at the end, against what was asked for. */
export interface Judged {
  readonly account: Account;
  /** Null when Concur holds nobody of this name. */
  readonly activeInConcur: boolean | null;
  /** Every value that is not as it should be, in words; empty when all are. */
  readonly problems: readonly string[];
}

/** What Concur holds at the end of the day. */
export interface Verdict {
  readonly people: readonly Judged[];
  /** What is wrong beside the people: Concur users too many, rules of SAP's broken. */
  readonly problems: readonly string[];
}

/** Compares what the simulated Concur holds with what the identity providers and the admin asked for. */
export function judgeDay({ accounts, kept }: Day, { state, violations }: Simulator): Verdict {
  const { users } = state;
  const found = new Map(accounts.map((account) => [account, state.find(account.employee.userName)]));
  const byNumber = new Map(
    accounts.map((account) => [account.employee.employeeNumber, found.get(account)?.id]),
  );
  const people = accounts.map((account): Judged => {
    const user = found.get(account);
    if (user === undefined) return { account, activeInConcur: null, problems: ['is not in Concur'] };
    const managerId = byNumber.get(account.employee.manager ?? '');
    return {
      account,
      activeInConcur: user.identity.active === true,
      problems: [...differences(account, user, managerId), ...lost(account, user, kept.get(account))],
    };
  });
  const strays = users.size - accounts.length;
  return {
    people,
    problems: [
      ...(strays === 0 ? [] : [`Concur holds ${users.size} users for ${accounts.length} people`]),
      ...violations.map(({ code, detail }) => `a rule of SAP's for callers was broken: ${code} (${detail})`),
    ],
  };
}

function differences(
  account: Account,
  { identity, spend }: UserView,
  managerId: string | undefined,
): readonly string[] {
  const { employee, externalId } = account;
  const pairs: readonly (readonly [name: string, asked: unknown, held: unknown])[] = [
    ['active', shouldHaveAccess(account), identity.active],
    ['userName', employee.userName, identity.userName],
    ['externalId', externalId, identity.externalId],
    ['name.givenName', employee.givenName, at(identity, 'name', 'givenName')],
    ['name.familyName', employee.familyName, at(identity, 'name', 'familyName')],
    ['emails[work]', employee.userName, element(identity.emails, 'work').value],
    ['addresses[work].locality', employee.office.locality, element(identity.addresses, 'work').locality],
    ['phoneNumbers[mobile]', employee.mobile, element(identity.phoneNumbers, 'mobile').value],
    ['title', employee.title, identity.title],
    ['department', employee.department, at(identity, ENTERPRISE, 'department')],
    ['costCenter', employee.costCenter, at(identity, ENTERPRISE, 'costCenter')],
    ['employeeNumber', employee.employeeNumber, at(identity, ENTERPRISE, 'employeeNumber')],
    ['manager', managerId, at(identity, ENTERPRISE, 'manager', 'value')],
    ['currency', employee.currency, employee.currency && at(spend, SPEND, 'reimbursementCurrency')],
    ['spend profile', 'there', at(spend, SPEND, 'country') === undefined ? 'missing' : 'there'],
  ];
  return pairs
    .filter(([, asked, held]) => asked !== held)
    .map(([name, asked, held]) => `${name} should be ${show(asked)} and is ${show(held)}`);
}

/** What an existing Concur user must have kept. */
function lost({ employee }: Account, user: UserView, keptId: string | undefined): readonly string[] {
  const pairs: [name: string, asked: unknown, held: unknown][] = [];
  if (keptId !== undefined) pairs.push(['the Concur user', keptId, user.id]);
  if (employee.userName === HAND_MADE.userName) {
    const { customData } = isJsonObject(user.spend[SPEND]) ? user.spend[SPEND] : {};
    const custom = Array.isArray(customData)
      ? customData.find((one) => isJsonObject(one) && one.id === 'custom1')
      : undefined;
    pairs.push(['timezone', HAND_MADE.timezone, user.identity.timezone]);
    pairs.push(['custom1', HAND_MADE.custom1, at(custom, 'value')]);
  }
  return pairs
    .filter(([, asked, held]) => asked !== held)
    .map(([name, asked, held]) => `${name} should have stayed ${show(asked)} and is ${show(held)}`);
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isJsonObject(inner) ? inner[name] : undefined), value);
}

function element(list: unknown, type: string): Readonly<Record<string, unknown>> {
  const found = Array.isArray(list)
    ? list.find((one: unknown) => isJsonObject(one) && one.type === type)
    : undefined;
  return isJsonObject(found) ? found : {};
}

function show(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}
