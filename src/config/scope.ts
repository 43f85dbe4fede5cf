import type { CompileScope, Scope } from '../domain/connection.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import type { Compiled } from './sections.ts';

/**
 * Checks `scope` of every connection. What is no text is left to the schema.
 *
 * @param compile absent: whoever loads the configuration provisions nobody, and a file with a scope is refused
 * @param placeOf where something stands: `bridge.yaml:12`
 */
export function compileScopes(
  connections: JsonValue | undefined,
  compile: CompileScope | undefined,
  placeOf: (path: readonly string[]) => string,
): Compiled<Scope> {
  const made = new Map<string, Scope>();
  const problems: { path: string; message: string }[] = [];
  for (const [name, connection] of Object.entries(isJsonObject(connections) ? connections : {})) {
    const filter = isJsonObject(connection) ? connection.scope : undefined;
    if (typeof filter !== 'string' || filter.trim() === '') continue;
    const place = ['connections', name, 'scope'];
    const path = place.join('.');
    const compiled = compile?.(filter.trim());
    if (compiled === undefined) problems.push({ path, message: 'cannot be used here' });
    else if (compiled.kind === 'scope') made.set(name, compiled.scope);
    else problems.push({ path: `${path} (${placeOf(place)})`, message: compiled.message });
  }
  return { made, problems };
}
