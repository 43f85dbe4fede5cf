import jsonata from 'jsonata';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import type { Compiled } from './path.ts';

/** How much an expression may do for one person: time in ms, calls inside calls, and elements of a list. */
const BOUNDS = { timeout: 500, stack: 200, sequence: 10_000 };

/**
 * Functions that an expression may not call: the mapping of a person must not change by itself, and
 * what `$eval` would run is not checked.
 */
const FORBIDDEN: ReadonlySet<string> = new Set(['now', 'millis', 'random', 'shuffle', 'eval']);

/** Works out an expression: its values, or why there are none. */
export type Evaluate = (
  resource: JsonObject,
) => Promise<
  | { readonly kind: 'values'; readonly values: readonly JsonValue[] }
  | { readonly kind: 'failed'; readonly why: string }
>;

/** Compiles a JSONata expression over a SCIM User. Its work is bounded, so that one without an end fails. */
export function compileExpression(text: string): Compiled<Evaluate> {
  let expression: jsonata.Expression;
  try {
    expression = jsonata(text, BOUNDS);
  } catch (error) {
    return { kind: 'problem', message: `is no JSONata expression: ${syntaxError(error)}` };
  }
  const forbidden = variablesIn(expression.ast()).find((name) => FORBIDDEN.has(name));
  if (forbidden !== undefined) {
    return {
      kind: 'problem',
      message: `must not use $${forbidden}: the same person must always be mapped the same`,
    };
  }
  return {
    kind: 'ok',
    result: async (resource) => {
      try {
        return { kind: 'values', values: valuesOf(await expression.evaluate(resource)) };
      } catch (error) {
        return { kind: 'failed', why: messageOf(error) };
      }
    },
  };
}

/** A list as its elements, and what JSON cannot carry, such as a function, as no value. */
function valuesOf(result: unknown): readonly JsonValue[] {
  const text = JSON.stringify(result);
  if (text === undefined) return [];
  const value: JsonValue = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}

function variablesIn(node: unknown, seen: Set<unknown> = new Set()): readonly string[] {
  if (typeof node !== 'object' || node === null || seen.has(node)) return [];
  seen.add(node);
  const own = 'type' in node && node.type === 'variable' && 'value' in node ? [String(node.value)] : [];
  return [...own, ...Object.values(node).flatMap((inner) => variablesIn(inner, seen))];
}

/** What JSONata says of the text of an expression, which holds nobody's values. */
function syntaxError(error: unknown): string {
  return isJsonObject(error) && typeof error.message === 'string' ? error.message : messageOf(error);
}

/** JSONata throws plain objects with a code; its messages may quote values, so that only the code is told. */
function messageOf(error: unknown): string {
  if (!isJsonObject(error)) return 'it failed';
  const { code, position } = error;
  if (code === 'D1012') return `it took longer than ${BOUNDS.timeout} ms`;
  if (code === 'D1011' || code === 'D2015') return 'it does not come to an end';
  const where = typeof position === 'number' ? ` at character ${position}` : '';
  return `JSONata error ${String(code ?? 'unknown')}${where}`;
}
