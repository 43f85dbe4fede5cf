import { request } from 'undici';
import { isJsonObject, type JsonObject } from '../domain/json.ts';

/** A client of one HTTP API that speaks JSON. */
export interface HttpClient {
  /**
   * Sends a request and returns the body of its answer, `{}` when it has none. Fails with
   * `UnexpectedAnswer` when the status is not `expected`.
   */
  call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    expected: number,
    body?: JsonObject,
  ): Promise<JsonObject>;
}

/** An answer that the demonstration did not expect: whom it asked, for what, and what came back. */
export class UnexpectedAnswer extends Error {}

/**
 * Makes a client.
 *
 * @param name who it plays, for messages
 * @param baseUrl the address that paths are below
 */
export function httpClient(
  name: string,
  baseUrl: string,
  headers: Readonly<Record<string, string>>,
): HttpClient {
  return {
    async call(method, path, expected, body) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await request(`${baseUrl}${path}`, { method, headers, ...sent });
      const text = await answer.body.text();
      if (answer.statusCode !== expected) {
        throw new UnexpectedAnswer(`${name}: ${method} ${path} was answered ${answer.statusCode}: ${text}`);
      }
      const parsed: unknown = text === '' ? {} : JSON.parse(text);
      if (!isJsonObject(parsed)) throw new UnexpectedAnswer(`${name}: ${method} ${path} gave no object`);
      return parsed;
    },
  };
}

/** The resources of a SCIM list answer (RFC 7644 §3.4.2), or the items of a list of the admin API. */
export function listOf(answer: JsonObject, name: 'Resources' | 'items'): readonly JsonObject[] {
  const list = answer[name];
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
