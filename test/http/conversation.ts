import type { Express } from 'express';
import request from 'supertest';
import { expect } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/json.ts';

/** What an identity provider says to us and what it needs to hear: one JSON file, one test. */
export interface Conversation {
  readonly name: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly steps: readonly {
    readonly request: {
      readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      readonly path: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: JsonObject;
    };
    readonly response: {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: JsonValue;
    };
  }[];
}

/**
 * Speaks the conversation's requests in order. An expected body is a part of the answer: objects may hold more,
 * lists hold exactly these elements. `{"$capture": "name"}` takes a value, `${name}` puts it into later requests,
 * `{"$absent": true}` wants the attribute gone.
 */
export async function converse(app: Express, { headers, steps }: Conversation): Promise<void> {
  const captured = new Map<string, string>();
  for (const [index, step] of steps.entries()) {
    const { method, path, body } = step.request;
    const where = `step ${index + 1}, ${method} ${path}`;
    const sent = request(app)
      [lower(method)](fill(path, captured))
      .set({ ...headers, ...step.request.headers });
    const answer = await (body === undefined ? sent : sent.send(fill(JSON.stringify(body), captured)));

    expect(answer.status, `${where}: ${answer.text}`).toBe(step.response.status);
    for (const [name, value] of Object.entries(step.response.headers ?? {})) {
      expect(answer.headers[name.toLowerCase()], `${where}: ${name}`).toMatch(
        new RegExp(fill(value, captured)),
      );
    }
    if (step.response.body !== undefined) {
      expectPart(JSON.parse(answer.text), step.response.body, where, captured);
    }
  }
}

function expectPart(
  actual: JsonValue | undefined,
  expected: JsonValue,
  where: string,
  captured: Map<string, string>,
): void {
  if (Array.isArray(expected)) {
    const elements = Array.isArray(actual) ? actual : [];
    expect(actual, where).toHaveLength(expected.length);
    expected.forEach((element, index) => {
      expectPart(elements[index], element, `${where}[${index}]`, captured);
    });
    return;
  }
  if (!isJsonObject(expected)) {
    expect(actual, where).toEqual(typeof expected === 'string' ? fill(expected, captured) : expected);
    return;
  }
  if (expected.$absent === true) {
    expect(actual, where).toBeUndefined();
    return;
  }
  if (typeof expected.$capture === 'string') {
    expect(actual, where).toEqual(expect.any(String));
    captured.set(expected.$capture, String(actual));
    return;
  }
  expect(isJsonObject(actual), `${where}: an object`).toBe(true);
  const object = isJsonObject(actual) ? actual : {};
  for (const [name, value] of Object.entries(expected)) {
    expectPart(object[name], value, `${where} ${name}`, captured);
  }
}

function fill(text: string, captured: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = captured.get(name);
    if (value === undefined) throw new Error(`Nothing was captured as ${name}`);
    return value;
  });
}

function lower(method: Conversation['steps'][number]['request']['method']) {
  const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;
  return methods[method];
}
