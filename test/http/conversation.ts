import type { Express } from 'express';
import request from 'supertest';
import { expect } from 'vitest';
import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue, sameJson } from '../../src/domain/json.ts';

const headers = z.record(z.string(), z.string());

/** What an identity provider says to us and what it needs to hear: one JSON file, one test. */
export const conversationSchema = z.strictObject({
  name: z.string().min(1),
  /** Of the connection, where it is not as it is without being told. */
  unknownMembers: z.enum(['accept', 'refuse']).default('accept'),
  /** Sent with every request. */
  headers: headers.optional(),
  steps: z
    .array(
      z.strictObject({
        request: z.strictObject({
          method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
          /** As it is sent, which may include a query; `query` is for one that is easier to read unescaped. */
          path: z.string().startsWith('/'),
          query: z.record(z.string(), z.string()).optional(),
          headers: headers.optional(),
          body: z.json().optional(),
        }),
        response: z.strictObject({
          status: z.int(),
          /** Regular expressions. */
          headers: headers.optional(),
          body: z.json().optional(),
        }),
      }),
    )
    .min(1),
});

type Conversation = z.infer<typeof conversationSchema>;
/** How much of an answer a failure shows. */
const LONGEST_EXCERPT = 1_000;

type Captured = Map<string, JsonValue>;

/**
 * Speaks the conversation's requests in order. An expected body is a part of the answer: objects may hold more,
 * lists hold exactly these elements in this order. In its place may stand `{"$absent": true}`, `{"$any": true}`,
 * `{"$matches": "regex"}`, `{"$holding": […]}` for a list that has these among others, and `{"$capture": "x"}`,
 * which keeps the value (other names beside it are expected of it). Later `${x}` in a text is what was kept, and
 * `{"$echo": "x", …}` in a request's body is the object that was kept with these names put in its place.
 */
export async function converse(app: Express, { headers, steps }: Conversation): Promise<void> {
  const captured: Captured = new Map();
  for (const [index, { request: asked, response }] of steps.entries()) {
    const address = fill(asked.path + queryOf(asked.query ?? {}, captured), captured);
    const sentHeaders = fillAll({ ...headers, ...asked.headers }, captured);
    const sent = request(app)[lower(asked.method)](address).set(sentHeaders);
    const answer = await (asked.body === undefined
      ? sent
      : sent.send(JSON.stringify(compose(asked.body, captured))));

    const where = `step ${index + 1}, ${asked.method} ${address}: ${answer.text.slice(0, LONGEST_EXCERPT)}`;
    expect(answer.status, where).toBe(response.status);
    const body: JsonValue | undefined = answer.text ? JSON.parse(answer.text) : undefined;
    expect(breachesOf(answer, body, sentHeaders.Accept), where).toEqual([]);
    if (response.body !== undefined) {
      expect(differences(body, response.body, 'body', captured), where).toEqual([]);
    }
    for (const [name, value] of Object.entries(fillAll(response.headers ?? {}, captured))) {
      expect(answer.headers[name.toLowerCase()], `${name}, ${where}`).toMatch(new RegExp(value));
    }
  }
}

/** What every answer must keep, whatever was asked: RFC 7644 §3.1, §3.3, §3.4.2, §3.12 and §3.14. */
function breachesOf(answer: request.Response, body: JsonValue | undefined, accept = '*/*'): string[] {
  if (body === undefined) {
    return [200, 201].includes(answer.status) || answer.status >= 400 ? ['an empty body'] : [];
  }
  if (!isJsonObject(body) || answer.status === 204) return ['a body that is no object, or none is due'];
  const breaches: string[] = [];
  const keep = (kept: boolean, rule: string) => void (kept || breaches.push(rule));
  const type = accept === 'application/json' ? 'application/json' : 'application/scim+json';
  keep(answer.type === type, `Content-Type is ${type}`);
  keep(!/"password"\s*:/.test(answer.text), 'a password is never shown');
  const { schemas, meta } = body;
  keep(Array.isArray(schemas) && schemas.length > 0, 'schemas is a list');
  if (answer.status >= 400) {
    keep(sameJson(schemas, ['urn:ietf:params:scim:api:messages:2.0:Error']), 'an error says so in schemas');
    keep(body.status === String(answer.status), 'status is the HTTP status as text');
    keep(typeof body.detail === 'string' && body.detail !== '', 'detail says something');
  }
  if (sameJson(schemas, ['urn:ietf:params:scim:api:messages:2.0:ListResponse'])) {
    const { totalResults, startIndex = 1, itemsPerPage, Resources } = body;
    keep([totalResults, startIndex, itemsPerPage].every(Number.isInteger), 'a list counts in integers');
    keep(Array.isArray(Resources) && Resources.length === itemsPerPage, 'itemsPerPage counts Resources');
  }
  if (!isJsonObject(meta)) return breaches;
  if (answer.status === 201) keep(answer.get('Location') === meta.location, 'Location is meta.location');
  if (meta.version !== undefined) keep(answer.get('ETag') === meta.version, 'ETag is meta.version');
  return breaches;
}

function differences(
  actual: JsonValue | undefined,
  expected: JsonValue,
  path: string,
  captured: Captured,
): string[] {
  const unlike = (what: string) => [
    `${path}: ${what}, not ${JSON.stringify(actual)?.slice(0, LONGEST_EXCERPT)}`,
  ];
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length)
      return unlike(`${expected.length} elements`);
    return expected.flatMap((one, index) => differences(actual[index], one, `${path}[${index}]`, captured));
  }
  if (!isJsonObject(expected)) {
    const value = typeof expected === 'string' ? fill(expected, captured) : expected;
    return actual === value ? [] : unlike(JSON.stringify(value));
  }
  const { $absent, $any, $matches, $holding, $capture, ...rest } = expected;
  if ($absent === true) return actual === undefined ? [] : unlike('absent');
  if (Object.keys(expected).length === 0)
    return sameJson(actual ?? null, {}) ? [] : unlike('an empty object');
  if (actual === undefined) return unlike('present');
  if (typeof $capture === 'string') captured.set($capture, actual);
  if (typeof $matches === 'string' && !new RegExp(fill($matches, captured)).test(String(actual))) {
    return unlike($matches);
  }
  if (Array.isArray($holding)) {
    const list = Array.isArray(actual) ? actual : [];
    const missing = $holding.filter(
      (one) => !list.some((item) => differences(item, one, path, captured).length === 0),
    );
    if (missing.length > 0) return missing.flatMap((one) => unlike(`holding ${JSON.stringify(one)}`));
  }
  const names = Object.entries(rest);
  if (!isJsonObject(actual)) return names.length > 0 ? unlike('an object') : [];
  return names.flatMap(([name, value]) => differences(actual[name], value, `${path}.${name}`, captured));
}

/** A request's body with what was captured put in. */
function compose(value: JsonValue, captured: Captured): JsonValue {
  if (typeof value === 'string') return fill(value, captured);
  if (Array.isArray(value)) return value.map((element) => compose(element, captured));
  if (!isJsonObject(value)) return value;
  const { $echo, ...rest } = value;
  const names = Object.entries(rest).map(([name, child]) => [name, compose(child, captured)] as const);
  const echoed = typeof $echo === 'string' ? captured.get($echo) : undefined;
  return { ...(isJsonObject(echoed) ? echoed : {}), ...Object.fromEntries(names) };
}

function fill(text: string, captured: Captured): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = captured.get(name);
    if (typeof value !== 'string') throw new Error(`No text was captured as ${name}`);
    return value;
  });
}

function fillAll(texts: JsonObject, captured: Captured): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, fill(String(text), captured)]),
  );
}

function queryOf(query: Readonly<Record<string, string>>, captured: Captured): string {
  const parts = Object.entries(fillAll(query, captured)).map((pair) =>
    pair.map(encodeURIComponent).join('='),
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function lower(method: Conversation['steps'][number]['request']['method']) {
  const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;
  return methods[method];
}
