import type { CompileGroupRules, GroupRule } from '../domain/connection.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import type { Problem } from './problem.ts';

/** What the groups of the connections give, by the names of the connections, and what is wrong with it. */
export interface GroupRules {
  readonly rules: ReadonlyMap<string, readonly GroupRule[]>;
  readonly problems: readonly Problem[];
}

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
): GroupRules {
  const rules = new Map<string, readonly GroupRule[]>();
  const problems: Problem[] = [];
  for (const [name, connection] of Object.entries(isJsonObject(connections) ? connections : {})) {
    const groups = isJsonObject(connection) ? connection.groups : undefined;
    const list = isJsonObject(groups) ? groups.rules : undefined;
    if (!Array.isArray(list) || list.length === 0) continue;
    const place = ['connections', name, 'groups', 'rules'];
    const compiled = compile?.(list);
    if (compiled === undefined) problems.push({ path: place.join('.'), message: 'cannot be used here' });
    else rules.set(name, compiled.rules);
    for (const { path, message } of compiled?.problems ?? []) {
      const where = [...place, ...path];
      problems.push({ path: `${where.join('.')} (${placeOf(where)})`, message });
    }
  }
  return { rules, problems };
}
