import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE, SPEND_ROLE, SPEND_USER, TRAVEL } from '../../src/simulator/schemas.ts';
import identityDescription from '../fixtures/concur/identity-v4.1.json' with { type: 'json' };
import provisioningDescription from '../fixtures/concur/user-provisioning-v4.json' with { type: 'json' };
import { bulk, type Caller, patch, person, SPEND, startCaller } from './caller.ts';

interface Description {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Description>>;
  readonly items?: Description;
}

// Where SAP's descriptions contradict SAP's pages and samples, the answers follow the pages:
const EXCEPTIONS = [
  // `messages` is an object in the description, a list in the page's sample of a failed extension.
  /\.extensions\.\d+\.messages$/,
  // The list of results lacks `processing`, which the implementation guide (user-provisioning.md) has.
  /\.status\.result$/,
  // `type` of a message is a list in the description of errors, a text in every sample.
  /\.messages\.\d+\.type$/,
];

/** The places where a value is not what a description says: types, closed lists, required properties. */
function breaches(document: unknown, description: Description, value: unknown, place = ''): string[] {
  if (EXCEPTIONS.some((exception) => exception.test(place))) return [];
  if (description.$ref) {
    const target = description.$ref.slice(2).split('/');
    const found = target.reduce((at: unknown, name) => (at as Record<string, unknown>)[name], document);
    return breaches(document, found as Description, value, place);
  }
  // The samples answer null for what is empty.
  if (value === null) return [];
  if (description.enum && !description.enum.includes(value)) return [`${place} is ${JSON.stringify(value)}`];
  const { type = description.properties ? 'object' : undefined } = description;
  const actual = Array.isArray(value)
    ? 'array'
    : Number.isInteger(value) && type === 'integer'
      ? 'integer'
      : typeof value;
  if (type !== undefined && actual !== type) return [`${place} is of type ${actual}, not ${type}`];
  if (Array.isArray(value)) {
    return value.flatMap((element, index) =>
      breaches(document, description.items ?? {}, element, `${place}.${index}`),
    );
  }
  if (typeof value !== 'object') return [];
  const held = value as Record<string, unknown>;
  const missing = (description.required ?? [])
    .filter((name) => !(name in held))
    .map((name) => `${place}.${name} is missing`);
  const inside = Object.entries(held).flatMap(([name, part]) => {
    const property = description.properties?.[name];
    return property ? breaches(document, property, part, `${place}.${name}`) : [];
  });
  return [...missing, ...inside];
}

type Responses = Record<
  string,
  { schema?: Description; $ref?: string; content?: Record<string, { schema: Description }> }
>;
const responsesOf = (document: { paths: unknown }, path: string, method: string): Responses =>
  (document.paths as Record<string, Record<string, { responses: Responses }>>)[path]?.[method]?.responses ??
  {};

let concur: Caller;
let id: string;
let provisionId: string;
beforeAll(async () => {
  concur = await startCaller();
  const boss = concur.simulator.state.seed(
    person(
      { entitlements: ['Expense'] },
      { [SPEND_USER]: SPEND, [SPEND_ROLE]: { roles: [{ roleName: 'EXP_APPROVER' }] } },
    ),
  );
  const full = person(
    {
      externalId: 'x1',
      nickName: 'Ada',
      entitlements: ['Expense', 'Travel'],
      phoneNumbers: [{ type: 'mobile', value: '1', primary: true }],
      addresses: [{ type: 'home', country: 'GB', locality: 'London' }],
      emergencyContacts: [{ name: 'Annabella', relationship: 'Parent', phones: ['2'] }],
    },
    {
      [ENTERPRISE]: { manager: { value: boss.id } },
      [SPEND_USER]: SPEND,
      [TRAVEL]: { ruleClass: { id: 560485 } },
    },
  );
  const { body } = await concur.call('POST', '/profile/v4/Users', full);
  id = body.id;
  provisionId = body.meta.provisionId;
});
afterAll(() => concur.simulator.close());

const newId = (): string => concur.simulator.state.seed(person()).id;
const title = patch({ op: 'replace', path: 'title', value: 'Countess' });
type Send = () => ReturnType<Caller['call']>;

describe("the provisioning service answers as SAP's description says", () => {
  const call =
    (method: string, path: string, body?: unknown): Send =>
    () =>
      concur.call(method, `/profile/v4${path}`, body);
  const cases: [string, string, number, Send][] = [
    ['/Users', 'post', 201, () => call('POST', '/Users', person())()],
    ['/Users', 'post', 400, call('POST', '/Users', { userName: 'x' })],
    [
      '/Users',
      'post',
      401,
      () => concur.call('POST', '/profile/v4/Users', person(), { authorization: 'Bearer x' }),
    ],
    ['/Users/{id}', 'patch', 200, () => call('PATCH', `/Users/${id}`, title)()],
    ['/Users/{id}', 'patch', 404, call('PATCH', '/Users/nobody', title)],
    ['/Users/{id}', 'put', 200, () => call('PUT', `/Users/${newId()}`, person())()],
    ['/Users/{id}', 'delete', 204, () => call('DELETE', `/Users/${newId()}`)()],
    ['/Users/{id}', 'delete', 404, call('DELETE', '/Users/nobody')],
    ['/provisions/{id}/status', 'get', 200, () => call('GET', `/provisions/${provisionId}/status`)()],
    [
      '/provisions/{id}/status',
      'get',
      200,
      () => call('GET', `/provisions/${provisionId}/status?attributes=operations`)(),
    ],
    ['/provisions/{id}/status', 'get', 404, call('GET', '/provisions/none/status')],
    ['/Schemas', 'get', 200, call('GET', '/Schemas')],
    ['/Schemas/{id}', 'get', 200, call('GET', `/Schemas/${SPEND_USER}`)],
    ['/Schemas/{id}', 'get', 404, call('GET', '/Schemas/none')],
    ['/ResourceTypes', 'get', 200, call('GET', '/ResourceTypes')],
    ['/ServiceProviderConfig', 'get', 200, call('GET', '/ServiceProviderConfig')],
  ];
  it.each(cases)('%s %s %i', async (path, method, status, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    const described = responsesOf(provisioningDescription, path, method)[status];
    expect(described).toBeDefined();
    expect(breaches(provisioningDescription, described?.schema ?? {}, answer.body)).toEqual([]);
  });

  it('/Bulk 202 and failures of extensions', async () => {
    const operation = {
      method: 'POST',
      path: '/Users',
      bulkId: 'a',
      data: person({}, { [SPEND_USER]: { ...SPEND, country: 'PL' } }),
    };
    const accepted = await concur.call('POST', '/profile/v4/Bulk', bulk(operation));
    const definition = { $ref: '#/definitions/ProvisionStatus' };
    expect(accepted.status).toBe(202);
    expect(breaches(provisioningDescription, definition, accepted.body)).toEqual([]);
    expect(breaches(provisioningDescription, definition, await concur.status(accepted.body.id))).toEqual([]);
  });
});

describe("the identity service answers as SAP's description says", () => {
  const call =
    (method: string, path: string, body?: unknown): Send =>
    () =>
      concur.call(method, `/profile/identity/v4.1${path}`, body);
  const search = {
    schemas: ['urn:ietf:params:scim:api:messages:concur:2.0:SearchRequest'],
    filter: 'active eq true',
    count: 2,
  };
  const cases: [string, string, number, Send][] = [
    ['/Users', 'get', 200, call('GET', '/Users?count=2')],
    ['/Users', 'get', 400, call('GET', '/Users?count=0')],
    ['/Users', 'post', 200, () => call('POST', '/Users', person())()],
    ['/Users', 'post', 400, call('POST', '/Users', {})],
    ['/Users/.search', 'post', 200, call('POST', '/Users/.search', search)],
    ['/Users/.search', 'post', 400, call('POST', '/Users/.search', {})],
    ['/Users/{id}', 'get', 200, () => call('GET', `/Users/${id}`)()],
    ['/Users/{id}', 'get', 404, call('GET', '/Users/nobody')],
    ['/Users/{id}', 'patch', 200, () => call('PATCH', `/Users/${id}`, title)()],
    ['/Users/{id}', 'put', 200, () => call('PUT', `/Users/${newId()}`, person())()],
    ['/Users/{id}', 'delete', 204, () => call('DELETE', `/Users/${newId()}`)()],
    [
      '/Users',
      'post',
      401,
      () => concur.call('POST', '/profile/identity/v4.1/Users', person(), { authorization: 'Bearer x' }),
    ],
    ['/Users/{id}', 'patch', 400, () => call('PATCH', `/Users/${id}`, { Operations: [] })()],
    ['/Users/{id}', 'patch', 404, call('PATCH', '/Users/nobody', title)],
    ['/Users/{id}', 'put', 400, () => call('PUT', `/Users/${newId()}`, {})()],
    ['/Users/{id}', 'put', 404, call('PUT', '/Users/nobody', person())],
    ['/Users/{id}', 'delete', 404, call('DELETE', '/Users/nobody')],
    ['/Schemas', 'get', 200, call('GET', '/Schemas')],
    ['/Schemas', 'get', 200, call('GET', '/Schemas/')],
    ['/Schemas/{id}', 'get', 200, call('GET', `/Schemas/${ENTERPRISE}`)],
    ['/Schemas/{id}', 'get', 404, call('GET', `/Schemas/${SPEND_USER}`)],
    ['/ResourceTypes', 'get', 200, call('GET', '/ResourceTypes')],
    ['/ServiceProviderConfig', 'get', 200, call('GET', '/ServiceProviderConfig')],
  ];
  it.each(cases)('%s %s %i', async (path, method, status, send) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    let described = responsesOf(identityDescription, path, method)[status];
    expect(described).toBeDefined();
    const shared = described?.$ref?.split('/').at(-1);
    if (shared) described = (identityDescription.components.responses as unknown as Responses)[shared];
    const schema = Object.values(described?.content ?? {})[0]?.schema ?? {};
    expect(breaches(identityDescription, schema, answer.body)).toEqual([]);
  });
});

it('the check itself finds what is wrong', () => {
  const definition = { $ref: '#/definitions/ProvisionStatus' };
  expect(breaches(provisioningDescription, definition, { id: 1, status: {} })).toEqual([
    '.operationsCount is missing',
    '.id is of type number, not string',
    '.status.completed is missing',
  ]);
});
