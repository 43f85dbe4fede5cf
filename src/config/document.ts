import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document as YamlDocument,
} from 'yaml';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Environment } from './environment.ts';
import type { Problem } from './problem.ts';

/** A configuration file, with its variables replaced and without empty values. */
export interface Document {
  readonly tree: JsonObject;
  readonly problems: readonly Problem[];
  /** Where something stands: `bridge.yaml:12`; the nearest place above what does not stand there itself. */
  readonly placeOf: (path: readonly string[]) => string;
}

/** What stands for no value where no value means something: the built-in mapping of an attribute is switched off. */
const OFF = 'none';

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
  const placeOf = (path: readonly string[]) => `${file}:${lineOf(document, lines, path)}`;
  if (unreadable.length > 0) return { tree: {}, problems: unreadable, placeOf };
  const tree = toTree(() => document.toJS({ maxAliasCount: 100 }) ?? {});
  if (tree === undefined) {
    return {
      tree: {},
      problems: [{ path: file, message: 'must be a YAML mapping of server, store and connections' }],
      placeOf,
    };
  }
  const problems: Problem[] = [];
  return { tree: replaceIn(tree, [], env, problems), problems, placeOf };
}

/** The line of the deepest name, or number in a list, of a path that stands in the file, from 1. */
function lineOf(document: YamlDocument, lines: LineCounter, path: readonly string[]): number {
  let node: unknown = document.contents;
  let line = 1;
  for (const name of path) {
    if (isSeq(node)) {
      const item: unknown = node.items[Number(name)];
      if (!isNode(item)) return line;
      line = lines.linePos(item.range?.[0] ?? 0).line;
      node = item;
      continue;
    }
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : undefined;
    if (pair === undefined || !isScalar(pair.key)) return line;
    line = lines.linePos(pair.key.range?.[0] ?? 0).line;
    node = pair.value;
  }
  return line;
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
    else if (isMapping(path)) replaced[name] = OFF;
  }
  return replaced;
}

function isMapping([section, , part, name, ...rest]: readonly string[]): boolean {
  return section === 'connections' && part === 'mapping' && name === 'attributes' && rest.length === 0;
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
