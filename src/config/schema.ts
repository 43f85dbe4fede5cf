import { z } from 'zod';
import { longName } from '../domain/attribute-name.ts';
import { isExtension } from '../domain/extensions.ts';
import { APPROVER_KINDS } from '../domain/lists.ts';
import { attributeOf, flatten, unflatten } from '../domain/profile.ts';

/** What pino calls its levels. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Concur takes at most 100 operations or 400 KB in a Bulk request (User Provisioning, "Bulk"). */
const MOST_OPERATIONS = 100;
const MOST_BYTES = 400_000;

/** As many people as a limit may name. */
const MOST_PEOPLE = 10_000_000;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Below this a single operation may not fit. */
const FEWEST_BYTES = 10_000;

/** The highest limit that can be set per second: more than one process answers. */
const MOST_REQUESTS = 10_000;

/** SAP asks not to look more often (User Provisioning, "Tracking Completion"), in ms. */
export const SHORTEST_INTERVAL = 5_000;

const CORE_ATTRIBUTES = (
  'userName externalId active name nickName title preferredLanguage timezone ' +
  'emails phoneNumbers addresses entitlements'
).split(' ');

/** The message of a value that is missing or not what it must be. */
function expected(what: string) {
  return {
    error: ({ input }: { input?: unknown }) =>
      input === undefined ? `is missing; it must be ${what}` : `must be ${what}`,
  };
}

const section = expected('a mapping of names to values');

/** A text without blanks around it that is what it must be. */
function checked(what: string, isValid: (value: string) => boolean = () => true) {
  return z
    .string(expected(what))
    .trim()
    .refine((value) => value !== '' && isValid(value), `must be ${what}`);
}

function url(what: string) {
  return checked(what, (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol));
}

/** A whole number, which may also stand as text, as it does in the environment. */
function whole(least: number, most: number) {
  const what = `a whole number from ${least} to ${most}`;
  return z
    .union([z.number(), z.string().regex(/^\d+$/, `must be ${what}`)], expected(what))
    .transform(Number)
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, `must be ${what}`);
}

/** A limit that may be switched off: null then. An empty value would be none, and so the default. */
function orOff(least: number, most: number) {
  const what = `a whole number from ${least} to ${most}, or off`;
  const isWithin = (value: number) => Number.isInteger(value) && value >= least && value <= most;
  return z
    .union([z.number(), z.string()], expected(what))
    .transform((value) => (value === 'off' ? null : /^\d+$/.test(String(value)) ? Number(value) : Number.NaN))
    .refine((value) => value === null || isWithin(value), `must be ${what}`);
}

/** The base URI of a Concur data centre. */
export const baseUrl = checked(
  'an address such as https://us2.api.concursolutions.com, without a path',
  (value) => URL.canParse(value) && new URL(value).href === `${new URL(value).origin}/`,
).transform((value) => new URL(value).origin);

/** Further hosts that tokens may be sent to. */
export const allowedHosts = z
  .union([z.string().transform((list) => list.split(',').map((host) => host.trim())), z.array(z.string())], {
    error: 'must be a list of hosts, each as host or host:port',
  })
  .transform((hosts) => hosts.filter((host) => host !== ''))
  .refine((hosts) => hosts.every((host) => /^(\[[\da-f:]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)), {
    error: 'must be a list of hosts, each as host or host:port without https:// and path',
  });

/** The shortest wait between two looks at a provisioning request. */
export const interval = duration('a duration such as 5s, 500ms or 1m, up to 10m', 1, 600_000);

/** A duration of at least and at most so many ms. */
function duration(what: string, least: number, most: number) {
  return checked(what, (value) => {
    const length = milliseconds(value);
    return length !== undefined && length >= least && length <= most;
  }).transform((value) => milliseconds(value) ?? least);
}

const token = checked('a token of at least 16 characters', (value) => value.length >= 16);

const attributeKey = z.string().refine(isAttributeKey, {
  error:
    'is no attribute key of the Concur profile; valid are keys such as timezone or name.givenName, ' +
    'and those of extensions after their short name and a colon, such as spend:ledgerCode',
});
const country = z.string().regex(/^[A-Z]{2}$/, 'is no ISO 3166 country code in capitals, such as DE');
const currency = checked('an ISO 4217 code in capitals, such as EUR', (code) => /^[A-Z]{3}$/.test(code));

const mapping = z.strictObject(
  {
    defaults: z
      .record(
        attributeKey,
        z.union([z.string(), z.boolean()], { error: 'must be a text, true or false' }),
        section,
      )
      .transform((defaults) =>
        Object.fromEntries(Object.entries(defaults).map(([name, value]) => [longName(name), value])),
      )
      .default({}),
    currencies: z.record(country, currency, section).default({}),
    // Checked and compiled by the mapping, which knows Concur's attributes.
    attributes: z.record(z.string(), z.unknown(), section).default({}),
  },
  section,
);

const listOfKinds = expected(`a list of what a manager approves: ${APPROVER_KINDS.join(', ')}`);
const approverKind = z.enum(APPROVER_KINDS, { error: `must be one of ${APPROVER_KINDS.join(', ')}` });

/** One connection as the file holds it. */
const connectionSchema = z.strictObject(
  {
    baseUrl,
    companyId: checked('the UUID of the company, such as 3f2504e0-4f89-11d3-9a0c-0305e82c3301', (value) =>
      /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value),
    ),
    clientId: checked('a text that is not empty'),
    clientSecret: checked('a text that is not empty'),
    refreshToken: checked('a text that is not empty').optional(),
    scimToken: token.optional(),
    rateLimit: whole(1, MOST_REQUESTS).optional(),
    allowedHosts: allowedHosts.default([]),
    writeApi: z
      .enum(['auto', 'provisioning', 'identity'], { error: 'must be auto, provisioning or identity' })
      .default('auto'),
    mapping: mapping.prefault({}),
    polling: z.strictObject({ interval: interval.default(SHORTEST_INTERVAL) }, section).prefault({}),
    batching: z
      .strictObject(
        {
          operations: whole(1, MOST_OPERATIONS).default(MOST_OPERATIONS),
          bytes: whole(FEWEST_BYTES, MOST_BYTES).default(MOST_BYTES),
        },
        section,
      )
      .prefault({}),
    groups: z
      .strictObject(
        {
          unknownMembers: z
            .enum(['accept', 'refuse'], { error: 'must be accept or refuse' })
            .default('accept'),
          ownership: z
            .enum(['additive', 'exclusive'], { error: 'must be additive or exclusive' })
            .default('additive'),
          // Checked by the mapping, which knows Concur's roles and entitlements.
          rules: z.array(z.unknown(), expected('a list of rules')).default([]),
        },
        section,
      )
      .prefault({}),
    approvers: z
      .strictObject({ fromManager: z.array(approverKind, listOfKinds).default([]) }, section)
      .prefault({}),
    validation: z.enum(['refuse', 'accept'], { error: 'must be refuse or accept' }).default('refuse'),
    delivery: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
    verdictWindow: duration('a duration such as 2s, up to 50s; 0s waits for nothing', 0, 50_000).default(
      2_000,
    ),
    // Checked by the mapping, which knows SCIM's filters.
    scope: checked('a SCIM filter, such as userType eq "Employee"').optional(),
    deletion: z
      .enum(['deactivate', 'delete'], { error: 'must be deactivate or delete' })
      .default('deactivate'),
    scopeExit: z.enum(['deactivate', 'keep'], { error: 'must be deactivate or keep' }).default('deactivate'),
    deactivationGuard: z
      .union(
        [
          z.literal('off').transform(() => null),
          z.strictObject(
            {
              people: orOff(1, MOST_PEOPLE).default(100),
              percent: orOff(1, 100).default(20),
              within: duration('a duration such as 1h, up to 7d', 1_000, 7 * DAY).default(HOUR),
            },
            section,
          ),
        ],
        expected('off, or a mapping of people, percent and within'),
      )
      .prefault({}),
  },
  section,
);

/** The whole configuration as the file holds it, with what the environment adds. */
export const configurationSchema = z.strictObject(
  {
    server: z.strictObject(
      {
        host: checked('an address or a host name').default('127.0.0.1'),
        port: whole(0, 65_535).default(8080),
        publicUrl: url('an address such as https://bridge.example.com')
          .transform((value) => value.replace(/\/+$/, ''))
          .optional(),
        adminToken: token.optional(),
        logLevel: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
      },
      section,
    ),
    store: z.strictObject(
      {
        url: checked('sqlite:PATH, the path relative or absolute', (value) =>
          /^sqlite:.+$/.test(value),
        ).default('sqlite:./data/bridge.db'),
        secretKey: checked(
          '32 bytes as 64 hex digits or as base64',
          (value) => secretKey(value) !== undefined,
        ).transform((value) => secretKey(value) ?? Buffer.alloc(0)),
      },
      section,
    ),
    connections: z.record(z.string(), connectionSchema, section),
  },
  section,
);

/** A duration such as `5s`, `500ms`, `1m`, `2h` or `3d` in ms; undefined when it is none. */
function milliseconds(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: HOUR, d: DAY };
  return Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
}

/** The 32 bytes of a key; undefined when the text is not that many. */
function secretKey(text: string): Buffer | undefined {
  if (/^[\da-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (!/^[\w+/-]{43}=?$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/** Whether a profile can hold a value under the key, and would give it back under the same. */
function isAttributeKey(name: string): boolean {
  const key = longName(name);
  if (key.startsWith('urn:') ? !isExtension(key.slice(0, key.lastIndexOf(':'))) : !isCoreAttribute(key))
    return false;
  return Object.hasOwn(flatten(unflatten({ [key]: 'value' })), key);
}

function isCoreAttribute(key: string): boolean {
  return CORE_ATTRIBUTES.includes(attributeOf(key));
}
