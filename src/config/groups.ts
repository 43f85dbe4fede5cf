import type { CompileGroupRules, GroupRule } from '../domain/connection.ts';
import type { JsonValue } from '../domain/json.ts';
import { type Compiled, compileSections } from './sections.ts';

/**
 * Checks `groups.rules` of every connection. What is no list at all is left to the schema.
 *
 * @param compile absent: whoever loads the configuration gives nobody anything, and a file with rules is refused
 * @param placeOf where something stands: `bridge.yaml:12`
 */
export function compileRules(
  connections: JsonValue | undefined,
  compile: CompileGroupRules | undefined,
  placeOf: (path: readonly string[]) => string,
): Compiled<readonly GroupRule[]> {
  return compileSections(
    connections,
    {
      at: ['groups', 'rules'],
      read: (value) => (Array.isArray(value) && value.length > 0 ? value : null),
      compile:
        compile &&
        ((list) => {
          const { rules, problems } = compile(list);
          return { made: rules, problems };
        }),
    },
    placeOf,
  );
}
