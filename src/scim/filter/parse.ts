import { booleanFromText, textFromUnquoted } from '../dialect.ts';
import { invalidFilter } from '../error.ts';
import { isStorableText } from '../json.ts';
import {
  type AttributeReference,
  comparableAttribute,
  findAttribute,
  findSubAttribute,
  type ResourceType,
} from '../registry.ts';
import type { Attribute } from '../schema.ts';
import { type CompareOperator, compareOperators, type Filter } from './filter.ts';
import { describeToken, type Token, tokenize } from './token.ts';

const maximumLength = 8192;
const maximumDepth = 32;

type Resolve = (name: string) => AttributeReference | undefined;
type CompareValue = string | number | boolean | null;

/**
 * Parses a filter over resources of that type, by the grammar of RFC 7644 §3.4.2.2 figure 1. Fails with ScimError
 * 400 invalidFilter, saying what was expected where, for a syntax error, an unknown attribute, a comparison that
 * the attribute's type does not allow, and a filter longer than 8192 characters or nested deeper than 32.
 *
 * @param others further types whose attributes the filter may name
 */
export function parseFilter(
  text: string,
  resourceType: ResourceType,
  others: readonly ResourceType[] = [],
): Filter {
  return parse(text, (name) => {
    for (const type of [resourceType, ...others]) {
      const reference = findAttribute(type, name);
      if (reference) return reference;
    }
    return undefined;
  });
}

/** Parses what stands in the brackets of a value path: a filter over the sub-attributes of `reference`. */
export function parseValueFilter(text: string, reference: AttributeReference): Filter {
  return parse(text, subAttributesOf(reference));
}

function parse(text: string, resolve: Resolve): Filter {
  if (text.length > maximumLength) {
    throw invalidFilter(`The filter is longer than ${maximumLength} characters.`);
  }
  if (!isStorableText(text)) throw invalidFilter('The filter has characters that are not valid text.');
  const cursor = new Cursor(tokenize(text));
  const filter = parseOr(cursor, resolve, 0);
  if (cursor.peek().kind !== 'end') throw expected('"and", "or" or the end', cursor.peek());
  return filter;
}

/** A place in the list of tokens. The last token is `end` and is never passed. */
class Cursor {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#index + ahead] ?? { kind: 'end', text: '', position: 0 };
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** Passes a word (in any case) or a bracket if it stands here. */
  take(text: string): boolean {
    const token = this.peek();
    if (token.kind === 'string' || token.text.toLowerCase() !== text) return false;
    this.#index += 1;
    return true;
  }
}

// RFC 7644 §3.4.2.2: "and" binds tighter than "or", "not" tighter than both.
function parseOr(cursor: Cursor, resolve: Resolve, depth: number): Filter {
  const filters = [parseAnd(cursor, resolve, depth)];
  while (cursor.take('or')) filters.push(parseAnd(cursor, resolve, depth));
  return combine('or', filters);
}

function parseAnd(cursor: Cursor, resolve: Resolve, depth: number): Filter {
  const filters = [parseTerm(cursor, resolve, depth)];
  while (cursor.take('and')) filters.push(parseTerm(cursor, resolve, depth));
  return combine('and', filters);
}

/** `(a or b) or c` is `a or b or c`: what is nested by brackets alone need not be nested for whoever asks the filter. */
function combine(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  const [only] = filters;
  if (filters.length === 1 && only) return only;
  return { kind, filters: filters.flatMap((filter) => (filter.kind === kind ? filter.filters : [filter])) };
}

function parseTerm(cursor: Cursor, resolve: Resolve, depth: number): Filter {
  if (depth > maximumDepth) throw invalidFilter(`The filter is nested deeper than ${maximumDepth}.`);
  if (cursor.take('(')) return parseGroup(cursor, resolve, depth);
  if (cursor.peek(1).text === '(' && cursor.take('not')) {
    cursor.take('(');
    return { kind: 'not', filter: parseGroup(cursor, resolve, depth) };
  }
  return parseExpression(cursor, resolve, depth);
}

function parseGroup(cursor: Cursor, resolve: Resolve, depth: number): Filter {
  const filter = parseOr(cursor, resolve, depth + 1);
  if (!cursor.take(')')) throw expected('"and", "or" or ")"', cursor.peek());
  return filter;
}

function parseExpression(cursor: Cursor, resolve: Resolve, depth: number): Filter {
  const name = cursor.next();
  if (name.kind !== 'word') throw expected('an attribute, "not (" or "("', name);
  const reference = resolve(name.text);
  if (!reference) throw invalidFilter(`There is no attribute ${describeToken(name)} in the filter.`);
  // A write-only value must not be guessed by asking for it (RFC 7643 §2.2, `returned` "never").
  if (reference.attribute.returned === 'never') {
    throw invalidFilter(`${reference.path} cannot be used in a filter.`);
  }
  if (cursor.take('[')) return parseValuePath(cursor, reference, depth);
  return parseComparison(cursor, reference);
}

function parseValuePath(cursor: Cursor, reference: AttributeReference, depth: number): Filter {
  const resolve = subAttributesOf(reference);
  const inner = parseOr(cursor, resolve, depth + 1);
  if (!cursor.take(']')) throw expected('"and", "or" or "]"', cursor.peek());
  const after = cursor.peek();
  const valuePath = (filter: Filter): Filter => ({
    kind: 'valuePath',
    path: reference.path,
    reference,
    filter,
  });
  if (after.kind !== 'word' || !after.text.startsWith('.')) return valuePath(inner);
  // `emails[type eq "work"].value eq "x"` asks for one element that meets both.
  cursor.next();
  const subReference = resolve(after.text.slice(1));
  if (!subReference) throw invalidFilter(`There is no sub-attribute ${describeToken(after)} in the filter.`);
  return valuePath(combine('and', [inner, parseComparison(cursor, subReference)]));
}

function parseComparison(cursor: Cursor, reference: AttributeReference): Filter {
  const token = cursor.next();
  const word = token.kind === 'word' ? token.text.toLowerCase() : '';
  if (word === 'pr') return { kind: 'present', path: reference.path, reference };
  const operator = compareOperators.find((candidate) => candidate === word);
  if (!operator) throw expected(`an operator (pr, ${compareOperators.join(', ')})`, token);
  const target = comparable(reference);
  const value = parseCompareValue(cursor.next(), target.attribute);
  checkComparison(target, operator, value);
  return { kind: 'compare', path: target.path, reference: target, operator, value };
}

function comparable(reference: AttributeReference): AttributeReference {
  const target = comparableAttribute(reference);
  if (!target) throw invalidFilter(`${reference.path} is complex: compare one of its sub-attributes.`);
  return target;
}

function parseCompareValue(token: Token, attribute: Attribute): CompareValue {
  if (token.kind === 'string') return parseString(token, attribute);
  if (token.kind !== 'word') throw expected('a value', token);
  // A string in single quotes is no JSON string; taken as it stands it would be found nowhere.
  if (token.text.startsWith("'")) throw expected('a string in double quotes', token);
  if (token.text === 'null') return null;
  if (attribute.type === 'boolean') return readBoolean(token.text);
  if (attribute.type === 'integer' || attribute.type === 'decimal') return Number(token.text);
  return textFromUnquoted(token.text);
}

function parseString(token: Token, attribute: Attribute): CompareValue {
  let text: unknown;
  try {
    text = JSON.parse(token.text);
  } catch (cause) {
    throw invalidFilter(`The filter has a string with an unknown escape: ${describeToken(token)}.`, cause);
  }
  if (typeof text !== 'string') throw expected('a string', token);
  if (!isStorableText(text))
    throw invalidFilter(`The filter has a string that is no text: ${describeToken(token)}.`);
  return attribute.type === 'boolean' ? readBoolean(text) : text;
}

function readBoolean(text: string): boolean | string {
  const boolean = booleanFromText(text);
  return typeof boolean === 'boolean' ? boolean : text;
}

// RFC 7644 §3.4.2.2: what the attribute's type cannot be compared with is an invalidFilter.
function checkComparison(
  reference: AttributeReference,
  operator: CompareOperator,
  value: CompareValue,
): void {
  const { path, attribute } = reference;
  if (value === null) {
    if (operator === 'eq' || operator === 'ne') return;
    throw invalidFilter(`null can only be compared with eq and ne, not with ${operator}.`);
  }
  switch (attribute.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw invalidFilter(`${path} can only be compared with true or false.`);
      if (operator !== 'eq' && operator !== 'ne') throw unsupported(path, operator, 'eq and ne');
      return;
    case 'integer':
    case 'decimal':
      if (typeof value !== 'number' || Number.isNaN(value)) {
        throw invalidFilter(`${path} can only be compared with a number.`);
      }
      if (isSubstring(operator)) throw unsupported(path, operator, 'eq, ne, gt, ge, lt and le');
      return;
    case 'dateTime':
      if (Number.isNaN(Date.parse(String(value)))) {
        throw invalidFilter(
          `${path} can only be compared with a date and time such as 2026-01-31T08:00:00Z.`,
        );
      }
      if (isSubstring(operator)) throw unsupported(path, operator, 'eq, ne, gt, ge, lt and le');
      return;
    case 'binary':
      if (operator !== 'eq' && operator !== 'ne') throw unsupported(path, operator, 'eq and ne');
      return;
    case 'string':
    case 'reference':
    case 'complex':
      return;
  }
}

function isSubstring(operator: CompareOperator): boolean {
  return operator === 'co' || operator === 'sw' || operator === 'ew';
}

function subAttributesOf(reference: AttributeReference): Resolve {
  return (name) => findSubAttribute(reference, name);
}

function unsupported(path: string, operator: CompareOperator, valid: string): Error {
  return invalidFilter(`${path} cannot be compared with ${operator}, only with ${valid}.`);
}

function expected(what: string, token: Token): Error {
  return invalidFilter(`The filter should have ${what}, but has ${describeToken(token)}.`);
}
