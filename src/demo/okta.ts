import { ENTERPRISE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { type Account, scimIdOf } from './account.ts';
import { type HttpClient, httpClient, listOf, UnexpectedAnswer } from './http-client.ts';
import type { Employee } from './people.ts';

/**
 * Okta's SCIM client, as an app made with the App Integration Wizard speaks: it looks a person up,
 * creates them with a password and an empty list of groups, and afterwards always reads the person and
 * puts the whole answer back with its changes in it. It deactivates with the same PUT and never deletes.
 */
export function startOkta(scimUrl: string, token: string) {
  const client = httpClient('Okta', scimUrl, {
    'user-agent': 'Okta SCIM Client 1.0.0',
    accept: 'application/scim+json',
    'accept-charset': 'utf-8',
    'content-type': 'application/scim+json; charset=utf-8',
    authorization: `Bearer ${token}`,
  });
  return {
    async assign(account: Account): Promise<void> {
      const { userName } = account.employee;
      const filter = encodeURIComponent(`userName eq "${userName}"`);
      const found = await client.call('GET', `/Users?filter=${filter}&startIndex=1&count=100`, 200);
      if (listOf(found, 'Resources').length > 0)
        throw new UnexpectedAnswer(`Okta: ${userName} exists already`);
      const created = await client.call('POST', '/Users', 201, newUser(account));
      account.scimId = String(created.id);
      account.events.push('created');
    },
    async update(account: Account, changes: Partial<Employee>, event: string): Promise<void> {
      account.employee = { ...account.employee, ...changes };
      await put(client, account);
      account.events.push(event);
    },
    async setActive(account: Account, active: boolean): Promise<void> {
      account.active = active;
      await put(client, account);
      account.events.push(active ? 'reactivated' : 'deactivated');
    },
  };
}

/** Okta sends back all that it was shown, read-only and unknown attributes included. */
async function put(client: HttpClient, account: Account): Promise<void> {
  const path = `/Users/${scimIdOf(account)}`;
  const shown = await client.call('GET', path, 200);
  const enterprise = isJsonObject(shown[ENTERPRISE]) ? shown[ENTERPRISE] : {};
  await client.call('PUT', path, 200, {
    ...shown,
    ...attributes(account),
    [ENTERPRISE]: { ...enterprise, ...enterpriseAttributes(account.employee) },
    groups: [],
  });
}

function newUser(account: Account): JsonObject {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    ...attributes(account),
    [ENTERPRISE]: enterpriseAttributes(account.employee),
    groups: [],
    password: '1mz050nq',
  };
}

function attributes({ employee, externalId, active }: Account): JsonObject {
  const { userName, givenName, familyName, title, office, mobile } = employee;
  const { locale, timezone: _, ...address } = office;
  return {
    userName,
    name: { givenName, familyName },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: `${givenName} ${familyName}`,
    title,
    locale,
    addresses: [{ type: 'work', primary: true, ...address }],
    phoneNumbers: mobile === undefined ? [] : [{ primary: true, value: mobile, type: 'mobile' }],
    entitlements: [{ value: 'Expense', display: 'Expense' }],
    externalId,
    active,
  };
}

/** The manager as Okta profiles hold it: another attribute of the manager, here the employee number. */
function enterpriseAttributes({ employeeNumber, department, costCenter, manager }: Employee): JsonObject {
  return {
    employeeNumber,
    department,
    costCenter,
    ...(manager === null ? {} : { manager: { value: manager } }),
  };
}
