import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeSchemas } from '../../src/concur/schemas.ts';
import { CORE, ENTERPRISE, SPEND } from '../../src/domain/extensions.ts';
import type { JsonValue } from '../../src/domain/json.ts';
import { client, credential, isToken, type Reply, scriptedServer, token } from './scripted-server.ts';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

/** An attribute as it is learned, with nothing special about it. */
const plain = {
  type: 'string',
  multiValued: false,
  mutability: 'readWrite',
  canonicalValues: [],
  subAttributes: [],
};

const resource = (id: string, ...attributes: JsonValue[]): JsonValue => ({
  schemas: [SCHEMA],
  id,
  name: 'whatever',
  type: 'complex',
  attributes,
  meta: { resourceType: 'schemas' },
});

const listOf = (...Resources: JsonValue[]) => ({ schemas: [LIST], Resources });

describe('the schemas in an answer', () => {
  it("are understood in the form of SAP's sample: a list in a list, with its own spelling", () => {
    const error = resource('urn:ietf:params:scim:api:messages:concur:2.0:Error', {
      name: 'messages',
      type: 'complex',
      multiValue: true,
      mutabbility: 'readOnly',
      required: false,
      subAttributes: [{ name: 'code', type: 'string', mutabbility: 'readOnly', required: true }],
    });
    const user = resource(
      CORE,
      {
        mutability: 'readOnly',
        description: 'a status',
        returned: 'always',
        name: 'status',
        multiValued: false,
        type: 'complex',
        caseExact: true,
        required: true,
        subAttributes: [{ name: 'completed', type: 'boolean', mutability: 'readOnly', required: true }],
      },
      {
        name: 'warnings',
        type: 'string',
        multiValue: true,
        mutabbility: 'readOnly',
        canonicalValues: ['error', 'warning'],
      },
    );
    expect(decodeSchemas([listOf(error, user)])).toEqual({
      [CORE]: [
        {
          ...plain,
          name: 'status',
          type: 'complex',
          mutability: 'readOnly',
          subAttributes: [{ ...plain, name: 'completed', type: 'boolean', mutability: 'readOnly' }],
        },
        {
          ...plain,
          name: 'warnings',
          multiValued: true,
          mutability: 'readOnly',
          canonicalValues: ['error', 'warning'],
        },
      ],
    });
  });

  it.each<[form: string, body: JsonValue]>([
    ['a list response (RFC 7644 §4)', listOf(resource(SPEND, { name: 'newThing', type: 'integer' }))],
    ['a plain list', [resource(SPEND, { name: 'newThing', type: 'integer' })]],
    ['one schema', resource(SPEND, { name: 'newThing', type: 'Integer' })],
    ['another case', listOf(resource(SPEND.toUpperCase(), { name: 'newThing', type: 'integer' }))],
  ])('are understood as %s', (_, body) => {
    expect(decodeSchemas(body)).toEqual({ [SPEND]: [{ ...plain, name: 'newThing', type: 'integer' }] });
  });

  it('lack what cannot be understood, and nothing else', () => {
    const odd = [{ name: 7 }, { type: 'string' }, 'text', null, { name: 'a b' }];
    const good = { name: 'good', type: 'sundial', multiValued: 'yes', canonicalValues: ['A', 7, null, 'B'] };
    const body = listOf('text', { id: SPEND }, { attributes: [] }, resource(ENTERPRISE, ...odd, good));
    expect(decodeSchemas(body)).toEqual({
      [SPEND]: [],
      [ENTERPRISE]: [{ ...plain, name: 'good', canonicalValues: ['A', 'B'] }],
    });
  });

  it.each<[JsonValue | undefined]>([[undefined], [null], ['text'], [7]])('are none in %s', (body) => {
    expect(decodeSchemas(body)).toBeNull();
  });

  it('never make the decoder fail', () => {
    const words = fc.constantFrom('id', 'Resources', 'attributes', 'name', 'type', 'subAttributes', CORE);
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.oneof(words, fc.boolean(), fc.constant(null), fc.integer()),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(words, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(fc.property(value, (body) => void decodeSchemas(body)));
  });
});

describe("reading Concur's schemas", () => {
  const SERVICES = { provisioning: '/profile/v4/Schemas', identity: '/profile/identity/v4.1/Schemas' };
  const attribute = (name: string, more: object = {}) => ({ name, type: 'string', ...more });

  /** What is read where the services answer so. */
  async function read(answers: { provisioning?: Reply; identity?: Reply }, scope?: string) {
    const { url, requests } = await scriptedServer((request) => {
      if (isToken(request)) return token(1, scope === undefined ? {} : { scope });
      const service = request.path === SERVICES.provisioning ? 'provisioning' : 'identity';
      return answers[service] ?? { status: 404 };
    });
    const { concur } = client(url, { held: credential('seed') });
    const { outcome } = await concur.schemas();
    const asked = requests.filter((one) => !isToken(one)).map(({ path }) => path);
    return { outcome, asked: [...new Set(asked)] };
  }

  it('takes what both services tell; the one that is written to counts', async () => {
    const here = { mutability: 'readOnly', canonicalValues: ['A'] };
    const { outcome, asked } = await read({
      provisioning: { status: 200, body: [listOf(resource(CORE, attribute('a', here)))] },
      identity: {
        status: 200,
        body: listOf(resource(CORE, attribute('a', { canonicalValues: ['B'] }), attribute('b'))),
      },
    });
    expect(asked).toEqual([SERVICES.provisioning, SERVICES.identity]);
    expect(outcome).toMatchObject({
      kind: 'schemas',
      schemas: {
        [CORE]: [
          { name: 'a', mutability: 'readOnly', canonicalValues: ['B', 'A'] },
          { name: 'b', mutability: 'readWrite' },
        ],
      },
    });
  });

  it('makes do with one of them', async () => {
    const good: Reply = { status: 200, body: listOf(resource(CORE, attribute('a'))) };
    const expected = { kind: 'schemas', schemas: { [CORE]: [{ name: 'a' }] } };
    expect((await read({ provisioning: good })).outcome).toMatchObject(expected);
    expect((await read({ identity: good })).outcome).toMatchObject(expected);
  });

  it('asks Identity alone where that is written to', async () => {
    const scope = 'identity.user.coreenterprise.writeonly';
    const { outcome, asked } = await read({ identity: { status: 200, body: [] } }, scope);
    expect(outcome).toEqual({ kind: 'schemas', schemas: {} });
    expect(asked).toEqual([SERVICES.identity]);
  });

  it.each<[what: string, reply: Reply, kind: string]>([
    ['not found', { status: 404 }, 'retry'],
    ['denied', { status: 403 }, 'retry'],
    ['refused', { status: 400 }, 'refused'],
    ['broken', { status: 500 }, 'retry'],
    ['no JSON', { status: 200, body: '<html>' }, 'retry'],
    ['a text', { status: 200, body: '"text"' }, 'retry'],
    ['cut', (response) => void response.destroy(), 'retry'],
  ])('is an outcome when the answer is %s', async (_, reply, kind) => {
    const { outcome } = await read({ provisioning: reply, identity: reply });
    expect(outcome.kind).toBe(kind);
  });
});
