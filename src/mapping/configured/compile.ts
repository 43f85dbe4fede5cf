import type { CompileMapping, ConfiguredAttribute, MappingSource } from '../../domain/connection.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts';
import type { LearnedSchemas } from '../../domain/learned-schemas.ts';
import { schemaWith } from '../concur-schema/learned.ts';
import {
  type ConcurSchema,
  type ConcurTarget,
  findConcurTarget,
  findSwitch,
} from '../concur-schema/schema.ts';
import { coerce } from './coerce.ts';
import { type Parts, reader } from './read.ts';
import { compileSource, SOURCES } from './source.ts';
import { readTable } from './table.ts';

/** What may be set for an attribute. */
const SETTINGS: readonly string[] = [...SOURCES, 'default', 'table', 'when'];

/** What switches the built-in mapping of an attribute off. */
const OFF = 'none';

/** Tells of something wrong at a path. */
type Tell = (path: readonly string[], message: string) => void;

/** What Concur takes, as far as it is known here. */
interface Known {
  readonly schema: ConcurSchema;
  /** Completes "is no attribute of Concur's". */
  readonly elsewhere: string;
}

/**
 * Compiles `mapping.attributes`: paths, templates, expressions and tables, checked against what Concur
 * takes by SAP's pages and by its own schemas. Everything that is wrong is told at once; what is wrong is left out.
 */
export const compileMapping: CompileMapping = (source) => {
  const learned = source.learned?.();
  const known = { schema: schemaWith(learned), elsewhere: elsewhere(learned) };
  const problems: { path: readonly string[]; message: string }[] = [];
  const tell: Tell = (path, message) => problems.push({ path, message });
  const attributes = new Map<string, ConfiguredAttribute>();
  for (const [name, setting] of Object.entries(source.attributes)) {
    const attribute = compileAttribute(name, setting, known, source, tell);
    const first = attribute === undefined ? undefined : attributes.get(attribute.key);
    if (first !== undefined) tell([name], `is mapped at ${first.place} already`);
    else if (attribute !== undefined) attributes.set(attribute.key, attribute);
  }
  return { attributes: [...attributes.values()], problems };
};

function compileAttribute(
  name: string,
  setting: JsonValue,
  known: Known,
  source: MappingSource,
  tell: Tell,
): ConfiguredAttribute | undefined {
  const place = source.placeOf([name]);
  if (setting === OFF || setting === null) {
    const found = findSwitch(name, known.schema);
    if (found.kind === 'ok') return { kind: 'off', key: found.key, place };
    tell([name], found.message);
    return undefined;
  }
  const found = findConcurTarget(name, known.schema);
  if (found.kind === 'problem') {
    tell([name], found.isUnknown ? `${found.message}${known.elsewhere}` : found.message);
    return undefined;
  }
  const settings: JsonValue = typeof setting === 'string' ? { from: setting } : setting;
  if (!isJsonObject(settings)) {
    tell([name], `must be a SCIM path, ${OFF}, or a mapping with one of ${SOURCES.join(', ')}`);
    return undefined;
  }
  const { target } = found;
  const parts = compileSettings(name, settings, target, source, tell);
  if (parts === undefined) return undefined;
  const use = target.attribute.type === 'person' ? 'reference' : parts.atCreation ? 'initial' : 'asked';
  const { words, constant } = parts.source;
  const fixed = constant === null ? {} : ({ isConstant: true } as const);
  const read = reader(target, parts, place);
  return { kind: 'mapped', key: target.key, use, place, source: words, ...fixed, read };
}

/** What Concur's own schemas say of an attribute that is not built in; nothing where nobody keeps them. */
function elsewhere(learned: LearnedSchemas | null | undefined): string {
  if (learned === undefined) return '';
  return learned === null
    ? "; Concur's own schemas, which may have it, were not read yet: the server reads them when it starts to deliver"
    : "; Concur's own schemas do not have it either";
}

function compileSettings(
  name: string,
  settings: JsonObject,
  target: ConcurTarget,
  { readFile }: MappingSource,
  tell: Tell,
): Parts | undefined {
  let isWrong = false;
  const wrong: Tell = (path, message) => {
    isWrong = true;
    tell([name, ...path], message);
  };
  for (const setting of Object.keys(settings)) {
    if (!SETTINGS.includes(setting)) wrong([setting], `is not known; valid are ${SETTINGS.join(', ')}`);
  }
  const given = SOURCES.filter((one) => settings[one] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    wrong([], `must have exactly one of ${SOURCES.join(', ')}`);
    return undefined;
  }
  const source = compileSource(kind, settings[kind] ?? null);
  if (source.kind === 'problem') wrong([kind], source.message);
  const table = settings.table === undefined ? null : readTable(settings.table, readFile);
  if (table?.kind === 'problem') wrong(['table'], table.message);
  if (table?.kind === 'ok') {
    const unfit = [...table.result].find(([, value]) => coerce(target, [value]).kind === 'unfit');
    if (unfit !== undefined) wrong(['table'], unfitValue(target, unfit[1], `the value for "${unfit[0]}"`));
  }
  const { default: standard, when } = settings;
  if (when !== undefined && when !== 'create') wrong(['when'], 'must be create, or be left out');
  if (when === 'create' && target.attribute.type === 'person') {
    wrong(['when'], 'does not go with a person, who is always looked up');
  }
  const listed = (value: JsonValue) => (Array.isArray(value) ? value : [value]);
  const coerced = standard === undefined ? undefined : coerce(target, listed(standard));
  if (coerced?.kind === 'unfit') wrong(['default'], `must be ${coerced.wanted}`);
  const constant = source.kind === 'ok' && table === null ? source.result.constant : null;
  const fixed = constant === null ? undefined : coerce(target, constant);
  if (fixed?.kind === 'unfit') wrong(['value'], `must be ${fixed.wanted}`);
  if (isWrong || source.kind === 'problem' || table?.kind === 'problem') return undefined;
  return {
    source: source.result,
    table: table?.result ?? null,
    standard: coerced?.kind === 'value' ? coerced.value : undefined,
    atCreation: when === 'create' || target.attribute.isCreateOnly === true,
  };
}

function unfitValue(target: ConcurTarget, value: JsonValue, what: string): string {
  const coerced = coerce(target, [value]);
  return coerced.kind === 'unfit' ? `has ${what} that is not ${coerced.wanted}` : '';
}
