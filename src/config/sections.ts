import { isJsonObject, type JsonValue } from '../domain/json.ts';
import type { Problem } from './problem.ts';

/** What was made of a section of the connections, by their names, and what is wrong with it, each with its line. */
export interface Compiled<Made> {
  readonly made: ReadonlyMap<string, Made>;
  readonly problems: readonly Problem[];
}

/** How one section of a connection is compiled. */
export interface SectionCompiler<Section, Made> {
  /** Where the section stands in a connection. */
  readonly at: readonly [string, string];
  /** The section in the form that is compiled; null: there is none, or it is left to the schema. */
  readonly read: (value: JsonValue | undefined) => Section | null;
  /**
   * Makes something of it; each problem has its path below `place`. Absent: whoever loads the configuration has no use
   * for the section, and a file that has it is refused.
   */
  readonly compile:
    | ((
        section: Section,
        place: readonly string[],
      ) => {
        readonly made: Made;
        readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[];
      })
    | undefined;
}

/**
 * Compiles a section of every connection.
 *
 * @param placeOf where something stands: `bridge.yaml:12`
 */
export function compileSections<Section, Made>(
  connections: JsonValue | undefined,
  { at: [outer, inner], read, compile }: SectionCompiler<Section, Made>,
  placeOf: (path: readonly string[]) => string,
): Compiled<Made> {
  const made = new Map<string, Made>();
  const problems: Problem[] = [];
  for (const [name, connection] of Object.entries(isJsonObject(connections) ? connections : {})) {
    const around = isJsonObject(connection) ? connection[outer] : undefined;
    const section = read(isJsonObject(around) ? around[inner] : undefined);
    if (section === null) continue;
    const place = ['connections', name, outer, inner];
    if (compile === undefined) {
      problems.push({ path: place.join('.'), message: 'cannot be used here' });
      continue;
    }
    const compiled = compile(section, place);
    made.set(name, compiled.made);
    for (const { path, message } of compiled.problems) {
      const where = [...place, ...path];
      problems.push({ path: `${where.join('.')} (${placeOf(where)})`, message });
    }
  }
  return { made, problems };
}
