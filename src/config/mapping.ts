import { dirname, isAbsolute, join } from 'node:path';
import type { CompileMapping, ConfiguredAttribute } from '../domain/connection.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import type { LearnedSchemas } from '../domain/learned-schemas.ts';
import { type Compiled, compileSections } from './sections.ts';

/** The file that maps attributes, and how others beside it are read. */
export interface MappingFile {
  readonly path: string;
  readonly placeOf: (path: readonly string[]) => string;
  readonly readFile: (path: string) => string;
  /** What Concur's own schemas said so far, by connection; null: nothing yet. Absent: nobody keeps them. */
  readonly learned: ((connection: string) => LearnedSchemas | null) | undefined;
}

/**
 * Compiles `mapping.attributes` of every connection. What is no mapping at all is left to the schema.
 *
 * @param compile absent: whoever loads the configuration maps nobody, and a file that maps is refused
 */
export function compileMappings(
  connections: JsonValue | undefined,
  compile: CompileMapping | undefined,
  { path: file, placeOf, readFile, learned }: MappingFile,
): Compiled<readonly ConfiguredAttribute[]> {
  return compileSections(
    connections,
    {
      at: ['mapping', 'attributes'],
      read: (value) => (isJsonObject(value) ? value : null),
      compile:
        compile &&
        ((sources, place) => {
          const { attributes, problems } = compile({
            attributes: sources,
            placeOf: (path) => placeOf([...place, ...path]),
            ...(learned === undefined ? {} : { learned: () => learned(place[1] ?? '') }),
            readFile: (path) => readFile(isAbsolute(path) ? path : join(dirname(file), path)),
          });
          return { made: attributes, problems };
        }),
    },
    placeOf,
  );
}
