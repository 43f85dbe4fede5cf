import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { compileExpression } from './expression.ts';
import { type Compiled, compilePath, type ReadValues } from './path.ts';
import { compileTemplate } from './template.ts';

/** The settings of which exactly one says where a value comes from. */
export const SOURCES = ['from', 'value', 'template', 'expression'] as const;

/** What a source has for a person: values, or why there are none although there should be. */
export type Sourced =
  | { readonly kind: 'values'; readonly values: readonly JsonValue[] }
  | { readonly kind: 'failed'; readonly why: string };

/** A source of values, compiled. */
export interface Source {
  /** In words, for people. */
  readonly words: string;
  /** What it always gives, where that is known. */
  readonly constant: readonly JsonValue[] | null;
  readonly read: (resource: JsonObject) => Sourced | Promise<Sourced>;
}

/** Compiles one of the sources. */
export function compileSource(name: (typeof SOURCES)[number], value: JsonValue): Compiled<Source> {
  if (name === 'value') {
    const values = Array.isArray(value) ? value : [value];
    if (values.some((one) => typeof one === 'object')) {
      return { kind: 'problem', message: 'must be a text, a number, true or false, or a list of them' };
    }
    return {
      kind: 'ok',
      result: { words: 'a constant', constant: values, read: () => ({ kind: 'values', values }) },
    };
  }
  if (typeof value !== 'string') return { kind: 'problem', message: 'must be a text' };
  switch (name) {
    case 'from':
      return reading(compilePath(value), value);
    case 'template':
      return reading(compileTemplate(value), `the template ${value}`);
    case 'expression': {
      const compiled = compileExpression(value);
      if (compiled.kind === 'problem') return compiled;
      return { kind: 'ok', result: { words: 'an expression', constant: null, read: compiled.result } };
    }
  }
}

function reading(compiled: Compiled<ReadValues>, words: string): Compiled<Source> {
  if (compiled.kind === 'problem') return compiled;
  const { result } = compiled;
  return {
    kind: 'ok',
    result: { words, constant: null, read: (resource) => ({ kind: 'values', values: result(resource) }) },
  };
}
