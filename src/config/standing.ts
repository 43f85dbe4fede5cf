import { shortName } from '../domain/attribute-name.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Sources } from './configuration.ts';
import { type Document, parseFile } from './document.ts';
import { SETTINGS, settingAt } from './reference.ts';

/** A variable that does nothing, since the file says something else. */
export interface PassedOver {
  readonly variable: string;
  /** The setting that it would give. */
  readonly setting: string;
  /** Where the file says so: `bridge.yaml:12`. */
  readonly place: string;
}

/**
 * How an operator changes a setting of the connection `default` or of none: `store.url (bridge.yaml:7)` where the
 * file gives it or is the place for it, else the variable.
 *
 * @param name the setting as the reference has it, such as `connections.<name>.companyId`
 */
export function nameOf(name: string, sources: Sources): string {
  const setting = name.replace('<name>', 'default');
  const path = setting.split('.');
  const variable = settingAt(path)?.variable ?? null;
  const document = documentOf(sources);
  if (document === null) return variable ?? setting;
  if (at(document.tree, path) !== undefined) return `${setting} (${document.placeOf(path)})`;
  const isGiven = variable !== null && (sources.env[variable] ?? '') !== '';
  return isGiven ? variable : `${setting} (${fileOf(sources)})`;
}

/** Where the file gives the default of a connection for an attribute: `bridge.yaml:12`; null where it does not. */
export function placeOfDefault(connection: string, key: string, sources: Sources): string | null {
  const document = documentOf(sources);
  if (document === null) return null;
  const paths = [shortName(key), key].map((name) => ['connections', connection, 'mapping', 'defaults', name]);
  const path = paths.find((one) => at(document.tree, one) !== undefined);
  return path === undefined ? null : document.placeOf(path);
}

/**
 * The variables that are set and do nothing, since the file gives the setting another value, or names connections and
 * `default` is none of them. One that the file mentions as `${…}` does something.
 */
export function passedOver(sources: Sources): readonly PassedOver[] {
  const document = documentOf(sources);
  if (document === null) return [];
  const { connections } = document.tree;
  const hasOthersOnly =
    isJsonObject(connections) && Object.keys(connections).length > 0 && connections.default === undefined;
  return SETTINGS.flatMap(({ name, variable }) => {
    const given = variable === null ? '' : (sources.env[variable] ?? '');
    if (variable === null || given === '' || document.text.includes(`\${${variable}}`)) return [];
    const setting = name.replace('<name>', 'default');
    const path = setting.split('.');
    const holds = at(document.tree, path);
    const isAnother =
      holds !== undefined ? String(holds) !== given : hasOthersOnly && path[0] === 'connections';
    return isAnother ? [{ variable, setting, place: document.placeOf(path) }] : [];
  });
}

/** The file that is in use and says anything; null where there is none, or it cannot be read, which loading reports. */
function documentOf(sources: Sources): (Document & { readonly text: string }) | null {
  const file = fileOf(sources);
  if (file === '') return null;
  try {
    const text = sources.readFile(file);
    const document = parseFile(file, text, sources.env);
    return Object.keys(document.tree).length === 0 ? null : { ...document, text };
  } catch {
    // What keeps a file from being read is told by whoever loads the configuration.
    return null;
  }
}

function fileOf({ configFile, env }: Sources): string {
  return configFile ?? env.BRIDGE_CONFIG ?? '';
}

function at(tree: JsonObject, [name = '', ...rest]: readonly string[]): JsonValue | undefined {
  const value = tree[name];
  if (rest.length === 0) return value;
  return isJsonObject(value) ? at(value, rest) : undefined;
}
