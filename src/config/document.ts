import { LineCounter, parseDocument } from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Environment } from './environment.ts';
import type { Problem } from './problem.ts';

/** A configuration file, with its variables replaced and without empty values. */
export interface Document {
  readonly tree: JsonObject;
  readonly problems: readonly Problem[];
}

/**
 * Reads a configuration file: YAML, in whose values `${NAME}` stands for a variable of the
 * environment. Problems never quote the file, since it holds secrets.
 *
 * @param file its name, for messages
 */
export function parseFile(file: string, text: string, env: Environment): Document {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const unreadable = document.errors.map(({ code, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { path: `${file}:${line}:${col}`, message: `is not valid YAML (${code})` };
  });
  if (unreadable.length > 0) return { tree: {}, problems: unreadable };
  const tree = toTree(() => document.toJS({ maxAliasCount: 100 }) ?? {});
  if (tree === undefined) {
    return {
      tree: {},
      problems: [{ path: file, message: 'must be a YAML mapping of server, store and connections' }],
    };
  }
  const problems: Problem[] = [];
  return { tree: replaceIn(tree, [], env, problems), problems };
}

/** What `read` gives, when it is an object; `yaml` throws for an alias without an anchor. */
function toTree(read: () => unknown): JsonObject | undefined {
  try {
    const tree = read();
    return isJsonObject(tree) ? tree : undefined;
  } catch {
    // The error would quote the file.
    return undefined;
  }
}

function replaceIn(
  object: JsonObject,
  path: readonly string[],
  env: Environment,
  problems: Problem[],
): JsonObject {
  const replaced: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    if (value !== null) replaced[name] = replace(value, [...path, name], env, problems);
  }
  return replaced;
}

function replace(
  value: JsonValue,
  path: readonly string[],
  env: Environment,
  problems: Problem[],
): JsonValue {
  if (isJsonObject(value)) return replaceIn(value, path, env, problems);
  if (Array.isArray(value)) {
    return value.map((element, index) => replace(element, [...path, String(index)], env, problems));
  }
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const variable = env[name];
    if (variable === undefined) {
      problems.push({
        path: path.join('.'),
        message: `names the variable ${name}, which the environment does not have`,
      });
    }
    return variable ?? '';
  });
}
