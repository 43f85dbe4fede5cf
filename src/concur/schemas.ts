import { z } from 'zod';
import { EXTENSIONS, type Extension } from '../domain/extensions.ts';
import type { WriteApi } from '../domain/granted.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import {
  type LearnedAttribute,
  type LearnedSchemas,
  type LearnedType,
  learnMore,
} from '../domain/learned-schemas.ts';
import type { Answer, SchemasRead } from '../domain/ports.ts';
import type { Session } from './session.ts';

/** Where the services describe what they hold (User Provisioning, "Retrieve Supported Schemas"; Identity v4.1). */
const SERVICES: Readonly<Record<WriteApi, { readonly path: string; readonly missing: string }>> = {
  provisioning: {
    path: '/profile/v4/Schemas',
    missing: 'Concur does not offer the User Provisioning Service at this address',
  },
  identity: {
    path: '/profile/identity/v4.1/Schemas',
    missing: 'Concur does not offer the Identity service at this address',
  },
};

/**
 * Reads what Concur itself says of its users' attributes, from the service that is written to; of what goes through
 * User Provisioning, Identity tells its part as well. One that does not answer is made up for by the other.
 */
export async function readSchemas(session: Session, writeApi: WriteApi): Promise<Answer<SchemasRead>> {
  const first = await readFrom(session, writeApi);
  if (writeApi === 'identity') return first;
  const identity = await readFrom(session, 'identity');
  if (identity.outcome.kind !== 'schemas') return first;
  if (first.outcome.kind !== 'schemas') return identity;
  const schemas = learnMore(identity.outcome.schemas, first.outcome.schemas);
  return { ...first, outcome: { kind: 'schemas', schemas } };
}

function readFrom(session: Session, service: WriteApi): Promise<Answer<SchemasRead>> {
  const { path, missing } = SERVICES[service];
  return session.call<SchemasRead>(
    { service, method: 'GET', path, write: false, missing, canMiss: false },
    ({ status, body }) => {
      const schemas = status === 200 ? decodeSchemas(body) : null;
      return schemas === null ? undefined : { kind: 'schemas', schemas };
    },
  );
}

/**
 * The attributes in an answer of `GET /Schemas`, of the extensions that a Concur profile has; null for what is no list
 * of schemas. SAP's sample has the list response of RFC 7644 §4 inside a list, and spells `multiValued` and `mutability`
 * in other ways as well. What cannot be understood is left out.
 */
export function decodeSchemas(body: JsonValue | undefined): LearnedSchemas | null {
  const resources = resourcesOf(body);
  if (resources === null) return null;
  const schemas = resources.flatMap((resource): [Extension, readonly LearnedAttribute[]][] => {
    const { data } = schema.safeParse(resource);
    // RFC 8141 §3.1: the case of a URN's beginning does not count, and nobody tells two schemas apart by it.
    const urn = EXTENSIONS.find((known) => known.toLowerCase() === data?.id.toLowerCase());
    return urn === undefined || data === undefined ? [] : [[urn, data.attributes]];
  });
  return Object.fromEntries(schemas);
}

function resourcesOf(body: JsonValue | undefined): readonly JsonValue[] | null {
  if (Array.isArray(body)) return body.flatMap((one) => resourcesOf(one) ?? []);
  if (!isJsonObject(body)) return null;
  return Array.isArray(body.Resources) ? body.Resources : [body];
}

/** RFC 7643 §2.3, and what SAP's pages call types. */
const TYPES: ReadonlyMap<string, LearnedType> = new Map([
  ['boolean', 'boolean'],
  ['integer', 'integer'],
  ['decimal', 'decimal'],
  ['number', 'decimal'],
  ['complex', 'complex'],
  ['object', 'complex'],
]);

const flag = z.boolean().nullish().catch(null);
const mutability = z.enum(['readWrite', 'readOnly', 'immutable', 'writeOnly']).nullish().catch(null);

/** The elements that are understood; none where there is no list. */
function tolerantList<Element>(element: z.ZodType<Element>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((all) =>
      all.flatMap((one) => {
        const { data } = element.safeParse(one);
        return data === undefined ? [] : [data];
      }),
    );
}

const attribute: z.ZodType<LearnedAttribute> = z.lazy(() =>
  z
    .looseObject({
      // RFC 7643 §2.1, and `$ref`.
      name: z.string().regex(/^[A-Za-z$][\w$-]*$/),
      type: z.string().catch('string'),
      multiValued: flag,
      multiValue: flag,
      mutability,
      mutabbility: mutability,
      canonicalValues: tolerantList(z.string()),
      subAttributes: tolerantList(attribute),
    })
    .transform((read) => ({
      name: read.name,
      type: read.subAttributes.length > 0 ? 'complex' : (TYPES.get(read.type.toLowerCase()) ?? 'string'),
      multiValued: read.multiValued ?? read.multiValue ?? false,
      mutability: read.mutability ?? read.mutabbility ?? 'readWrite',
      canonicalValues: read.canonicalValues,
      subAttributes: read.subAttributes,
    })),
);

const schema = z.looseObject({ id: z.string(), attributes: tolerantList(attribute) });
