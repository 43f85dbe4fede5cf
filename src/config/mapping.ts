import { dirname, isAbsolute, join } from 'node:path';
import type { CompileMapping, ConfiguredAttribute } from '../domain/connection.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import type { Problem } from './problem.ts';

/** The file that maps attributes, and how others beside it are read. */
export interface MappingFile {
  readonly path: string;
  readonly placeOf: (path: readonly string[]) => string;
  readonly readFile: (path: string) => string;
}

/** What the connections map by themselves, by their names, and what is wrong with it, each with its line. */
export interface Mappings {
  readonly attributes: ReadonlyMap<string, readonly ConfiguredAttribute[]>;
  readonly problems: readonly Problem[];
}

/**
 * Compiles `mapping.attributes` of every connection. What is no mapping at all is left to the schema.
 *
 * @param compile absent: whoever loads the configuration maps nobody, and a file that maps is refused
 */
export function compileMappings(
  connections: JsonValue | undefined,
  compile: CompileMapping | undefined,
  file: MappingFile | undefined,
): Mappings {
  const attributes = new Map<string, readonly ConfiguredAttribute[]>();
  const problems: Problem[] = [];
  for (const [name, connection] of Object.entries(isJsonObject(connections) ? connections : {})) {
    const mapping = isJsonObject(connection) ? connection.mapping : undefined;
    const sources = isJsonObject(mapping) ? mapping.attributes : undefined;
    if (!isJsonObject(sources) || file === undefined) continue;
    const place = ['connections', name, 'mapping', 'attributes'];
    if (compile === undefined) {
      problems.push({ path: place.join('.'), message: 'cannot be used here' });
      continue;
    }
    const compiled = compile({
      attributes: sources,
      placeOf: (path) => file.placeOf([...place, ...path]),
      readFile: (path) => file.readFile(isAbsolute(path) ? path : join(dirname(file.path), path)),
    });
    attributes.set(name, compiled.attributes);
    for (const { path, message } of compiled.problems) {
      const where = [...place, ...path];
      problems.push({ path: `${where.join('.')} (${file.placeOf(where)})`, message });
    }
  }
  return { attributes, problems };
}
