import { SCIM_TOKEN } from './bridge-process.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Who is pushed. */
export interface Account {
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly employeeNumber: string;
  readonly country: string;
  readonly title?: string;
  readonly manager?: string;
}

type Json = Record<string, unknown>;

/** A SCIM client that repeats a request whose connection was cut, as identity providers do. */
export class ScimClient {
  readonly #base: string;
  readonly #query: string;

  constructor(bridgeUrl: string, query = '') {
    this.#base = `${bridgeUrl}/scim/v2`;
    this.#query = query;
  }

  async call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
    const answer = await fetch(`${this.#base}${path}${path.includes('?') ? '' : this.#query}`, {
      method,
      headers: {
        authorization: `Bearer ${SCIM_TOKEN}`,
        accept: 'application/scim+json',
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? {} : (JSON.parse(text) as Json) };
  }

  /** The id of the person with this userName, null when nobody has it. */
  async find(userName: string): Promise<string | null> {
    const filter = encodeURIComponent(`userName eq "${userName}"`);
    const { status, body } = await this.call('GET', `/Users?filter=${filter}&startIndex=1&count=100`);
    if (status !== 200) throw new Error(`The filter was answered with ${status}`);
    const [first] = body.Resources as Json[];
    return first === undefined ? null : String(first.id);
  }
}

/** Okta as an app of the integration wizard pushes people: filter, POST, then GET and PUT of the whole. */
export class Okta {
  readonly #client: ScimClient;

  constructor(bridgeUrl: string) {
    this.#client = new ScimClient(bridgeUrl);
  }

  async assign(account: Account): Promise<string> {
    const known = await this.#client.find(account.userName);
    if (known !== null) return known;
    const { status, body } = await this.#client.call('POST', '/Users', oktaUser(account));
    if (status !== 201) throw new Error(`Okta's create was answered with ${status}: ${JSON.stringify(body)}`);
    return String(body.id);
  }

  async push(id: string, change: (user: Json) => void): Promise<void> {
    const { body } = await this.#client.call('GET', `/Users/${id}`);
    change(body);
    const { status, body: answer } = await this.#client.call('PUT', `/Users/${id}`, body);
    if (status !== 200) throw new Error(`Okta's PUT was answered with ${status}: ${JSON.stringify(answer)}`);
  }

  deactivate(id: string): Promise<void> {
    return this.push(id, (user) => {
      user.active = false;
    });
  }

  reactivate(id: string): Promise<void> {
    return this.push(id, (user) => {
      user.active = true;
    });
  }
}

/** Microsoft Entra ID without the compatibility flag: capitalised operations, strings for booleans. */
export class Entra {
  readonly #client: ScimClient;

  constructor(bridgeUrl: string) {
    this.#client = new ScimClient(bridgeUrl);
  }

  async assign(account: Account): Promise<string> {
    const known = await this.#client.find(account.userName);
    if (known !== null) return known;
    const { status, body } = await this.#client.call('POST', '/Users', entraUser(account));
    if (status !== 201)
      throw new Error(`Entra's create was answered with ${status}: ${JSON.stringify(body)}`);
    return String(body.id);
  }

  async patch(id: string, ...Operations: Json[]): Promise<void> {
    const { status, body } = await this.#client.call('PATCH', `/Users/${id}`, {
      schemas: [PATCH],
      Operations,
    });
    if (status !== 200) throw new Error(`Entra's PATCH was answered with ${status}: ${JSON.stringify(body)}`);
  }

  deactivate(id: string): Promise<void> {
    return this.patch(id, { op: 'Replace', path: 'active', value: 'False' });
  }

  reactivate(id: string): Promise<void> {
    return this.patch(id, { op: 'Replace', path: 'active', value: 'True' });
  }

  setManager(id: string, managerId: string): Promise<void> {
    return this.patch(id, { op: 'Add', path: `${ENTERPRISE}:manager`, value: managerId });
  }

  async delete(id: string): Promise<number> {
    return (await this.#client.call('DELETE', `/Users/${id}`)).status;
  }
}

function oktaUser(account: Account): Json {
  return {
    schemas: [CORE, ENTERPRISE],
    userName: account.userName,
    name: { givenName: account.givenName, familyName: account.familyName },
    emails: [{ primary: true, value: account.userName, type: 'work' }],
    displayName: `${account.givenName} ${account.familyName}`,
    locale: 'en-US',
    externalId: `00u-${account.employeeNumber}`,
    title: account.title ?? 'Analyst',
    addresses: [{ type: 'work', primary: true, country: account.country, locality: 'Town' }],
    entitlements: [{ value: 'Expense', type: 'product' }],
    [ENTERPRISE]: { employeeNumber: account.employeeNumber },
    groups: [],
    password: '1mz050nq',
    active: true,
  };
}

function entraUser(account: Account): Json {
  return {
    schemas: [CORE, ENTERPRISE],
    externalId: account.userName.split('@')[0],
    userName: account.userName,
    active: true,
    displayName: `${account.givenName} ${account.familyName}`,
    emails: [{ primary: true, type: 'work', value: account.userName }],
    meta: { resourceType: 'User' },
    name: {
      formatted: `${account.givenName} ${account.familyName}`,
      familyName: account.familyName,
      givenName: account.givenName,
    },
    title: account.title ?? 'Analyst',
    preferredLanguage: 'en-US',
    addresses: [{ type: 'work', country: account.country }],
    roles: [],
    [ENTERPRISE]: {
      employeeNumber: account.employeeNumber,
      ...(account.manager === undefined ? {} : { manager: { value: account.manager } }),
    },
  };
}
