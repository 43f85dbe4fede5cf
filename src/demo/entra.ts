import { ENTERPRISE, SPEND } from '../domain/extensions.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { type Account, scimIdOf } from './account.ts';
import { httpClient, listOf, UnexpectedAnswer } from './http-client.ts';
import type { Employee } from './people.ts';

/** An operation as Entra writes it: a capitalised verb, a path each, and text for booleans. */
interface Operation {
  readonly op: 'Add' | 'Replace' | 'Remove';
  readonly path: string;
  readonly value: JsonValue;
}

/**
 * Microsoft Entra ID's SCIM client in its default dialect: it looks a person up, creates them with both
 * schemas and without their manager, sets the manager by a PATCH of its own, changes one attribute an
 * operation, deactivates with the text "False", and deletes whom the tenant has deleted for good.
 */
export function startEntra(scimUrl: string, token: string) {
  const client = httpClient('Entra', scimUrl, {
    accept: 'application/scim+json',
    'content-type': 'application/scim+json; charset=utf-8',
    authorization: `Bearer ${token}`,
  });

  async function patch(account: Account, operations: readonly Operation[]): Promise<void> {
    await client.call('PATCH', `/Users/${scimIdOf(account)}`, 200, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: operations.map((operation) => ({ ...operation })),
    });
  }

  return {
    async create(account: Account, event = 'created'): Promise<void> {
      const { userName } = account.employee;
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const found = await client.call('GET', `/Users?filter=${filter}`, 200);
      if (listOf(found, 'Resources').length > 0) {
        throw new UnexpectedAnswer(`Entra: ${userName} exists already`);
      }
      const created = await client.call('POST', '/Users', 201, newUser(account));
      account.scimId = String(created.id);
      account.events.push(event);
    },
    async setManager(account: Account, manager: Account): Promise<void> {
      await patch(account, [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: scimIdOf(manager) }]);
    },
    async update(account: Account, changes: Partial<Employee>, event: string): Promise<void> {
      account.employee = { ...account.employee, ...changes };
      await client.call('GET', `/Users/${scimIdOf(account)}`, 200);
      await patch(account, operationsFor(changes));
      account.events.push(event);
    },
    async setActive(account: Account, active: boolean): Promise<void> {
      account.active = active;
      await patch(account, [{ op: 'Replace', path: 'active', value: active ? 'True' : 'False' }]);
      account.events.push(active ? 'reactivated' : 'deactivated');
    },
    async remove(account: Account): Promise<void> {
      await client.call('DELETE', `/Users/${scimIdOf(account)}`, 204);
      account.active = false;
      account.scimId = null;
      account.events.push('deleted');
    },
  };
}

function newUser({ employee, externalId }: Account): JsonObject {
  const { userName, givenName, familyName, title, office, mobile } = employee;
  const { employeeNumber, department, costCenter, currency } = employee;
  const { locale, timezone: _, ...address } = office;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    externalId,
    userName,
    active: true,
    displayName: `${givenName} ${familyName}`,
    title,
    emails: [{ primary: true, type: 'work', value: userName }],
    addresses: [{ type: 'work', ...address }],
    ...(mobile === undefined ? {} : { phoneNumbers: [{ type: 'mobile', value: mobile }] }),
    preferredLanguage: locale,
    meta: { resourceType: 'User' },
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    roles: [],
    [ENTERPRISE]: { employeeNumber, department, costCenter },
    ...(currency === undefined ? {} : { [SPEND]: { reimbursementCurrency: currency } }),
  };
}

/** Where Entra's attribute mapping puts what it knows of a person. */
const PATHS: Readonly<Partial<Record<keyof Employee, string>>> = {
  givenName: 'name.givenName',
  familyName: 'name.familyName',
  title: 'title',
  department: `${ENTERPRISE}:department`,
  costCenter: `${ENTERPRISE}:costCenter`,
  mobile: 'phoneNumbers[type eq "mobile"].value',
  currency: `${SPEND}:reimbursementCurrency`,
};

function operationsFor(changes: Partial<Employee>): readonly Operation[] {
  const { office, ...others } = changes;
  const operations = Object.entries(PATHS).flatMap(([name, path]): Operation[] => {
    const value = Object.entries(others).find(([changed]) => changed === name)?.[1];
    // Entra adds where the person had nothing before, as with a first mobile number.
    return value === undefined ? [] : [{ op: name === 'mobile' ? 'Add' : 'Replace', path, value }];
  });
  if (office === undefined) return operations;
  const { locale, timezone: _, ...address } = office;
  return [
    ...operations,
    ...Object.entries(address).map(
      ([part, value]): Operation => ({ op: 'Replace', path: `addresses[type eq "work"].${part}`, value }),
    ),
    { op: 'Replace', path: 'preferredLanguage', value: locale },
  ];
}
