import type { Attributes } from '../../src/simulator/attributes.ts';
import { CORE, ENTERPRISE } from '../../src/simulator/schemas.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';

/** An answer of the simulator; `body` is the JSON, or null when there is none. */
export interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads into answers of every shape
  readonly body: any;
  readonly headers: Headers;
}

/** A running simulator with a token and a clock that the test moves. */
export interface Caller {
  readonly simulator: Simulator;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  token(form: Record<string, string>): Promise<Answered>;
  /** Moves the clock on, by milliseconds. */
  advance(ms: number): void;
  /** The detailed status of a provisioning request, after the polling interval. */
  status(provisionId: string): Promise<Answered['body']>;
  /** The result of one extension of the first operation of a provisioning request. */
  extension(provisionId: string, urn: string): Promise<Answered['body']>;
}

export const START = Date.parse('2026-03-01T12:00:00Z');

/** Starts a simulator on a fixed clock and gets a company token. */
export async function startCaller(options: SimulatorOptions = {}): Promise<Caller> {
  let now = START;
  const simulator = await startSimulator({ clock: () => now, ...options });
  const { company } = simulator;
  const token = async (form: Record<string, string>): Promise<Answered> => {
    const client = { client_id: company.clientId, client_secret: company.clientSecret };
    return answered(
      await fetch(`${simulator.url}/oauth2/v0/token`, {
        method: 'POST',
        body: new URLSearchParams({ ...client, ...form }),
      }),
    );
  };
  let bearer = (await token({ grant_type: 'refresh_token', refresh_token: company.refreshToken })).body
    .access_token;
  let expires = now + 3_500_000;
  const caller: Caller = {
    simulator,
    token,
    advance: (ms) => {
      now += ms;
    },
    async call(method, path, body, headers = {}) {
      if (now > expires) {
        bearer = (await token({ grant_type: 'refresh_token', refresh_token: company.refreshToken })).body
          .access_token;
        expires = now + 3_500_000;
      }
      return answered(
        await fetch(simulator.url + path, {
          method,
          headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
      );
    },
    async status(provisionId) {
      now += 5000;
      return (await caller.call('GET', `/profile/v4/provisions/${provisionId}/status?attributes=operations`))
        .body;
    },
    async extension(provisionId, urn) {
      const { operations } = await caller.status(provisionId);
      return operations[0].extensions.find((extension: { name: string }) => extension.name === urn);
    },
  };
  return caller;
}

async function answered(response: Response): Promise<Answered> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

let people = 0;

/** The smallest body of a `POST /Users` that Concur takes, with other core attributes on top. */
export function person(core: Attributes = {}, extensions: Attributes = {}): Attributes {
  people += 1;
  const name = `person${people}@company.example`;
  const { [ENTERPRISE]: enterprise, ...others } = extensions;
  return {
    schemas: [CORE],
    userName: name,
    active: true,
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ value: name, type: 'work' }],
    ...core,
    [ENTERPRISE]: {
      employeeNumber: `E${people}`,
      companyId: 'aa076ada-80a9-4f57-8e98-9300b1c3171d',
      ...(enterprise as Attributes | undefined),
    },
    ...others,
  };
}

/** The body of a PATCH. */
export function patch(...operations: Attributes[]): Attributes {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** The body of a Bulk. */
export function bulk(...operations: Attributes[]): Attributes {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations };
}

export const SPEND = { country: 'US', locale: 'en-US', reimbursementCurrency: 'USD' };

/** An extension as a provisioning request shows it. */
export interface Shown {
  readonly name: string;
  readonly status: { readonly result: string; readonly success: boolean | null };
}
/** What became of each extension of an operation. */
export const resultsOf = (operation: { extensions: Shown[] }): Record<string, string> =>
  Object.fromEntries(operation.extensions.map(({ name, status }) => [name, status.result]));

/** Where the status of a provisioning request is. */
export const statusPath = (id: string, query = ''): string => `/profile/v4/provisions/${id}/status${query}`;
