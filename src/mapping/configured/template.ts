import type { JsonObject } from '../../domain/json.ts';
import { type Compiled, compilePath, type ReadValues } from './path.ts';

/**
 * Compiles a text in which SCIM paths stand in braces: `{name.givenName}.{name.familyName}`. Where one of
 * them has no value the whole has none: half a name is no name.
 */
export function compileTemplate(template: string): Compiled<ReadValues> {
  const parts: (string | ReadValues)[] = [];
  for (const [index, piece] of template.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 1) {
      const path = compilePath(piece);
      if (path.kind === 'problem') return path;
      parts.push(path.result);
    } else if (/[{}]/.test(piece)) return { kind: 'problem', message: 'has a brace without its other half' };
    else parts.push(piece);
  }
  if (parts.length === 1) return { kind: 'problem', message: 'has no path in braces; write value instead' };
  return { kind: 'ok', result: (resource) => fill(parts, resource) };
}

function fill(parts: readonly (string | ReadValues)[], resource: JsonObject): readonly string[] {
  let text = '';
  for (const part of parts) {
    const [value] = typeof part === 'string' ? [part] : part(resource);
    if (value === undefined || value === null || typeof value === 'object') return [];
    text += String(value);
  }
  return [text];
}
