import fc from 'fast-check';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';

/** A request as it is to be sent. */
export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** In what is sent it becomes a name that is new, most times. */
export const NAME = 'ada@example.com';

const ada: JsonObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
  userName: NAME,
  externalId: 'x1',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ value: 'ada@example.com', type: 'work', primary: true }],
  active: true,
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    employeeNumber: NAME,
    manager: { value: '00000000-0000-4000-8000-000000000009' },
  },
  'urn:ietf:params:scim:schemas:extension:spend:2.0:User': { customData: [{ id: 'custom1', value: 'X' }] },
};

/** Requests that are right, for the person and the group of these ids. */
export function rightOnes(person: string, group: string): readonly (readonly [string, string, JsonObject])[] {
  const patch = (...Operations: JsonObject[]): JsonObject => ({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations,
  });
  const operations = patch(
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'b@example.com' },
    { op: 'replace', value: { active: false, 'name.givenName': 'Augusta' } },
    { op: 'Add', path: 'roles', value: [{ value: '{"id":"1","value":"25","displayName":"Role"}' }] },
    { op: 'remove', path: 'title' },
  );
  return [
    ['POST', '/scim/v2/Users', ada],
    ['PUT', `/scim/v2/Users/${person}`, ada],
    ['PATCH', `/scim/v2/Users/${person}`, operations],
    ['POST', '/scim/v2/Groups', { displayName: 'G', members: [{ value: person }] }],
    ['PUT', `/scim/v2/Groups/${group}`, { displayName: 'G', members: [{ value: person }] }],
    [
      'PATCH',
      `/scim/v2/Groups/${group}`,
      patch(
        { op: 'Remove', path: 'members', value: [{ $ref: null, value: person }] },
        { op: 'add', path: 'members', value: [{ value: person, display: 'Ada' }] },
        { op: 'remove', path: `members[value eq "${person}"]` },
        { op: 'replace', value: { id: group, displayName: 'H' } },
      ),
    ],
    [
      'POST',
      '/scim/v2/Bulk',
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        failOnErrors: 1,
        Operations: [
          { method: 'POST', path: '/Users', bulkId: 'q1', data: ada },
          { method: 'PATCH', path: `/Users/${person}`, data: operations },
          {
            method: 'POST',
            path: '/Groups',
            bulkId: 'q2',
            data: { displayName: 'G', members: [{ value: 'bulkId:q1' }] },
          },
          { method: 'DELETE', path: '/Users/bulkId:q1' },
        ],
      },
    ],
    [
      'POST',
      '/scim/v2/Users/.search',
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        filter: 'userName sw "a" and emails[type eq "work"].value pr',
        attributes: ['userName', 'emails.value'],
        sortBy: 'userName',
        startIndex: 1,
        count: 10,
      },
    ],
  ];
}

const deep = (count: number) => `${'['.repeat(count)}1${']'.repeat(count)}`;

/** JSON that fits nowhere, as text, since some of it no value of ours can hold. */
const odd = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    '""',
    '{}',
    '[]',
    '0',
    '-0',
    '1e999',
    '-1e999',
    '9007199254740993',
    '1e-400',
    '123456789012345678901234567890',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udfff x"',
    '"\\ud83d\\ude00"',
    '"\u202e\u200b"',
    '{"__proto__":{"active":true}}',
    '{"constructor":{"prototype":{"active":true}}}',
    '{"toString":1,"hasOwnProperty":null,"valueOf":[]}',
    '{"value":{"value":{"value":1}}}',
    '[[[[]]]]',
    '[null,null]',
    '"__proto__"',
    '"constructor"',
    '"emails[type eq \\"work\\"].value"',
    '"emails[[[["',
    '"((((("',
    '"bulkId:q1"',
    '"urn:ietf:params:scim:schemas:core:2.0:User"',
    `"${'x'.repeat(20_000)}"`,
    `[${'{},'.repeat(3_000)}{}]`,
    deep(60),
    deep(5_000),
    `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
  ),
  fc.json({ maxDepth: 3 }),
);

/** How many values there are in `value`, itself included. */
function sizeOf(value: JsonValue): number {
  const children = typeof value === 'object' && value !== null ? Object.values(value) : [];
  return 1 + children.reduce((sum: number, child) => sum + sizeOf(child), 0);
}

const MARK = '\u2603';

/** The value with the one at `place` (counted in the order of `sizeOf`) marked. */
function marked(value: JsonValue, place: number): JsonValue {
  if (place === 0) return MARK;
  let rest = place - 1;
  const through = (child: JsonValue): JsonValue => {
    const size = sizeOf(child);
    const result = rest >= 0 && rest < size ? marked(child, rest) : child;
    rest -= size;
    return result;
  };
  if (Array.isArray(value)) return value.map(through);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, through(child)]));
}

/** A body that was right once. */
export function mutated(body: JsonObject): fc.Arbitrary<string | Buffer> {
  const text = JSON.stringify(body);
  const position = fc.nat(text.length - 1);
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.nat(sizeOf(body) - 1), odd)
        .map(([place, value]) => JSON.stringify(marked(body, place)).replace(`"${MARK}"`, () => value)),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('__proto__', 'constructor', 'schemas', 'id', 'meta', 'Operations', 'OPERATIONS'),
          odd,
        )
        .map(([name, value]) => `{"${name}":${value},${text.slice(1)}`),
    },
    { weight: 1, arbitrary: position.map((end) => text.slice(0, end)) },
    {
      weight: 2,
      arbitrary: fc.tuple(position, fc.nat(255)).map(([at, byte]) => {
        const bytes = Buffer.from(text);
        bytes[at] = byte;
        return bytes;
      }),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(position, position).map(([one, other]) => text.slice(0, one) + text.slice(other)),
    },
  );
}

// What may stand in a request line: no blanks, no control characters, nothing beyond ASCII.
const raw = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
const segment = fc.oneof(
  raw,
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%00',
    '%',
    '%E0%A4%A',
    '%ff',
    '__proto__',
    'constructor',
    '%2F',
    '//',
    '*',
  ),
  fc.constantFrom('.search', 'Users', 'Groups', 'Bulk', 'Me', 'Schemas', 'ResourceTypes', 'x'.repeat(5_000)),
);
const value = fc.oneof(
  raw.map((text) => text.replaceAll('#', '')),
  odd.map((text) => encodeURIComponent(text.isWellFormed() ? text.slice(0, 4_000) : '')),
  fc.constantFrom(
    '1',
    '-1',
    '0',
    '1e9',
    '99999999999999999999',
    '%00',
    'userName%20eq%20%22a%22',
    'userName%20gt%20%22%5Cud800%22',
    'not%20(userName%20pr)',
    'emails%5Btype%20eq%20%22work%22%5D.value%20eq%20null',
    `${'('.repeat(2_000)}`,
    `${'not%20('.repeat(40)}userName%20pr${')'.repeat(40)}`,
    'meta.lastModified%20gt%20%22not%20a%20date%22',
    'meta.lastModified%20gt%20%22%2B275760-09-13T00%3A00%3A00Z%22',
    'id%20eq%20%22x%22%20and%20manager%20eq%20%22y%22',
    'name.givenName',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value',
  ),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'filter',
        'startIndex',
        'count',
        'cursor',
        'attributes',
        'excludedAttributes',
        'sortBy',
        'sortOrder',
        'filter[a]',
        'count[]',
        '__proto__',
        'aadOptscim062020',
        'state',
        'limit',
        'reason',
        'key',
        'connection',
        'personId',
      ),
      value,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([name, text]) => `${name}=${text}`).join('&')}`));
const header = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const headers = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(
        'accept',
        'accept-encoding',
        'authorization',
        'content-type',
        'cookie',
        'host',
        'if-match',
        'if-none-match',
        'if-modified-since',
        'prefer',
        'range',
        'x-forwarded-for',
        'x-forwarded-proto',
        'x-http-method-override',
      ),
      fc.oneof(
        header,
        fc.constantFrom('*', '*/*', 'W/"1"', '"1", W/"2"', 'gzip;q=x', 'Bearer ', 'Basic !!', ',,,'),
      ),
    ),
    { selector: ([name]) => name, maxLength: 3 },
  )
  .map((entries): Record<string, string> => Object.fromEntries(entries));

const methods = fc.constantFrom(
  ...['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'],
);

/** Requests below these addresses that nobody would send. */
export function anywhere(...prefixes: string[]): fc.Arbitrary<Question> {
  const paths = fc
    .tuple(fc.constantFrom(...prefixes), fc.array(segment, { maxLength: 2 }), query)
    .map(([prefix, segments, text]) => `${[prefix, ...segments].join('/')}${text}`.replaceAll('#', ''));
  return fc.record({ method: methods, path: paths, headers }).map((question) => {
    // A request too long to be read is refused with a body before its method is known.
    const isLong = question.path.length > 15_000;
    return isLong && question.method === 'HEAD' ? { ...question, method: 'GET' } : question;
  });
}
