import type {
  CompileGroupRules,
  CompileMapping,
  CompileScope,
  ConnectionSecrets,
  ConnectionSettings,
  GroupAccess,
  GroupRule,
  MappingSettings,
} from '../domain/connection.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { LearnedSchemas } from '../domain/learned-schemas.ts';
import { checkConnections } from './connections.ts';
import { type Document, parseFile } from './document.ts';
import type { Environment } from './environment.ts';
import { fingerprintOf } from './fingerprint.ts';
import { compileRules } from './groups.ts';
import { compileMappings } from './mapping.ts';
import { type Problem, problemsOf } from './problem.ts';
import { SETTINGS, type Setting } from './reference.ts';
import { configurationSchema, type LOG_LEVELS } from './schema.ts';
import { compileScopes } from './scope.ts';

/** Everything that the program is told when it starts. */
export interface Configuration {
  readonly server: { readonly host: string; readonly port: number; readonly publicUrl: string | null };
  readonly store: { readonly url: string };
  /** The 32 bytes that stored credentials are encrypted with. */
  readonly secretKey: Buffer;
  readonly adminToken: string | null;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** At least one. */
  readonly connections: readonly ConnectionConfiguration[];
}

/** One connection with its secrets. */
export interface ConnectionConfiguration extends ConnectionSettings {
  readonly secrets: ConnectionSecrets;
  /** The bearer token of the SCIM client; null: only tokens from the store are taken. */
  readonly scimToken: string | null;
  /** How many requests a SCIM token may send per second; null: any number. */
  readonly rateLimit: number | null;
  /** Whether a group may have members who are not here: they are remembered, or the write is refused. */
  readonly groups: { readonly unknownMembers: 'accept' | 'refuse' };
  /** Whether a write that Concur would refuse for ever is refused, or accepted and told of beside the person. */
  readonly validation: 'refuse' | 'accept';
  /** Another one: Concur may have to hold something else for people. */
  readonly fingerprint: string;
}

/** The file that is read where nothing names one, if it is there. */
export const DEFAULT_FILE = './bridge.yaml';

/** What loading gives: the configuration, or everything that is wrong with it. */
export type Loaded =
  | { readonly kind: 'ok'; readonly configuration: Configuration }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

/** Where the configuration comes from. */
export interface Sources {
  readonly env: Environment;
  /** The path of the file; `BRIDGE_CONFIG` names it where this does not. */
  readonly configFile?: string;
  /** Reads a file as text; throws when it cannot. */
  readonly readFile: (path: string) => string;
  /** The version of the program; people are planned anew with another one. */
  readonly version?: string;
  /** Compiles what connections map by themselves; without it a file that maps is refused. */
  readonly compileMapping?: CompileMapping;
  /** What Concur's own schemas said so far, by database and connection; without it nobody keeps them. */
  readonly learnedSchemas?: (url: string, connection: string) => LearnedSchemas | null;
  /** Checks what groups give; without it a file with such rules is refused. */
  readonly compileGroupRules?: CompileGroupRules;
  /** Compiles whom connections are for; without it a file with a scope is refused. */
  readonly compileScope?: CompileScope;
}

/**
 * Reads the configuration from the file, if one is named, and from the environment. What the file says
 * wins; the environment fills what the file leaves out of `server`, `store` and the connection
 * `default` (`CONCUR_…`, `BRIDGE_SCIM_TOKEN`), which it makes where the file names no connection at
 * all. Other connections take a variable only as `${…}` in the file. An empty variable is as good as
 * none.
 */
export function loadConfiguration(sources: Sources): Loaded {
  const {
    env,
    configFile,
    readFile,
    version,
    compileMapping,
    compileGroupRules,
    compileScope,
    learnedSchemas,
  } = sources;
  const variables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const file = configFile ?? variables.BRIDGE_CONFIG;
  const { tree, problems, placeOf } = readTree(file, variables, readFile);
  if (problems.length > 0 && Object.keys(tree).length === 0) return { kind: 'invalid', problems };

  const { filled, isFromEnvironment } = fillFrom(variables, tree, file === undefined);
  const parsed = configurationSchema.safeParse(filled);
  const tables: string[] = [];
  const database = parsed.success ? parsed.data.store.url : null;
  const mappings = compileMappings(filled.connections, compileMapping, {
    // The environment alone maps nothing.
    path: file ?? '',
    placeOf,
    readFile: (path) => {
      const text = readFile(path);
      tables.push(text);
      return text;
    },
    learned:
      learnedSchemas === undefined || database === null
        ? undefined
        : (connection) => learnedSchemas(database, connection),
  });
  const access = compileRules(filled.connections, compileGroupRules, placeOf);
  const scopes = compileScopes(filled.connections, compileScope, placeOf);
  const inFile = new Set(problems.map(({ path }) => path));
  const found = [
    ...problems,
    ...(parsed.success ? [] : problemsOf(parsed.error.issues, isFromEnvironment)).filter(
      ({ path }) => !inFile.has(path),
    ),
    ...checkConnections(filled.connections, isFromEnvironment),
    ...mappings.problems,
    ...access.problems,
    ...scopes.problems,
  ];
  if (!parsed.success || found.length > 0) return { kind: 'invalid', problems: found };
  const { server, store, connections } = parsed.data;
  return {
    kind: 'ok',
    configuration: {
      server: { host: server.host, port: server.port, publicUrl: server.publicUrl ?? null },
      store: { url: store.url },
      secretKey: store.secretKey,
      adminToken: server.adminToken ?? null,
      logLevel: server.logLevel,
      connections: Object.entries(connections).map(([name, connection]) => {
        const {
          clientId,
          clientSecret,
          refreshToken,
          scimToken,
          rateLimit,
          mapping,
          groups,
          approvers,
          scope: _,
          ...settings
        } = connection;
        const scope = scopes.made.get(name);
        return {
          ...settings,
          name,
          ...(scope === undefined ? {} : { scope }),
          fingerprint: fingerprintOf(connection, tables, version),
          mapping: {
            defaults: mapping.defaults,
            currencies: mapping.currencies,
            attributes: mappings.made.get(name) ?? [],
            companyId: settings.companyId,
            ...groupAccess(groups.ownership, access.made.get(name)),
            managerApproves: approvers.fromManager,
          },
          groups: { unknownMembers: groups.unknownMembers },
          secrets: { clientId, clientSecret, refreshToken: refreshToken ?? null },
          scimToken: scimToken ?? null,
          rateLimit: rateLimit ?? null,
        };
      }),
    },
  };
}

/** What groups give; nothing where there are no rules. */
function groupAccess(
  ownership: GroupAccess['ownership'],
  rules: readonly GroupRule[] | undefined,
): Pick<MappingSettings, 'groups'> {
  return rules === undefined ? {} : { groups: { ownership, rules } };
}

/**
 * The required settings of the connection `default` that neither the file nor the environment gives; none where the
 * file cannot be read, which loading reports.
 */
export function missingSettings({ env, configFile, readFile }: Sources): readonly Setting[] {
  const variables = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const file = configFile ?? variables.BRIDGE_CONFIG;
  const { tree, problems } = readTree(file, variables, readFile);
  if (problems.length > 0) return [];
  const { filled } = fillFrom(variables, tree, file === undefined);
  const connection = isJsonObject(filled.connections) ? filled.connections.default : undefined;
  if (!isJsonObject(connection)) return [];
  return SETTINGS.filter(({ name, required }) => {
    const [section, , key = ''] = name.split('.');
    return required && section === 'connections' && connection[key] === undefined;
  });
}

function readTree(file: string | undefined, env: Environment, readFile: Sources['readFile']): Document {
  const placeOf = () => file ?? '';
  if (file === undefined) return { tree: {}, problems: [], placeOf };
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { tree: {}, problems: [{ path: file, message: `cannot be read (${code})` }], placeOf };
  }
  return parseFile(file, text, env);
}

interface Filled {
  readonly filled: JsonObject;
  readonly isFromEnvironment: (path: readonly PropertyKey[]) => boolean;
}

/** Fills what the file leaves out with what the environment has. */
function fillFrom(env: Environment, tree: JsonObject, isAlone: boolean): Filled {
  const filled: JsonObject = { server: {}, store: {}, ...structuredClone(tree) };
  const { connections } = filled;
  const isNamed =
    connections !== undefined && !(isJsonObject(connections) && Object.keys(connections).length === 0);
  if (!isNamed) filled.connections = { default: {} };
  const hasDefault = isJsonObject(filled.connections) && isJsonObject(filled.connections.default);
  const given = new Set<string>();
  for (const { name, variable } of SETTINGS) {
    const value = variable === null ? undefined : env[variable];
    const place = name.replace('<name>', 'default');
    if (value === undefined || (!hasDefault && place.startsWith('connections.'))) continue;
    if (fill(filled, place.split('.'), value)) given.add(place);
  }
  const isFromEnvironment = (path: readonly PropertyKey[]) =>
    given.has(path.map(String).join('.')) || isAlone || (!isNamed && path[0] === 'connections');
  return { filled, isFromEnvironment };
}

/** Sets a value where there is none; tells whether it did. A section that is no mapping stays, to be refused. */
function fill(object: JsonObject, [name = '', ...rest]: readonly string[], value: string): boolean {
  if (rest.length === 0) {
    if (object[name] !== undefined) return false;
    object[name] = value;
    return true;
  }
  object[name] ??= {};
  const section = object[name];
  return isJsonObject(section) && fill(section, rest, value);
}
