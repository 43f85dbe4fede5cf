import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { placeOfDefault } from '../config/standing.ts';
import type { ConnectionSettings, GroupAccess, Scope } from '../domain/connection.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { nearestName } from '../domain/nearest-name.ts';
import type { AttributeKey } from '../domain/profile.ts';
import { managerRoles } from '../mapping/approvers.ts';
import { brokenBy, sentence } from '../mapping/checks/violations.ts';
import { schemaWith } from '../mapping/concur-schema/learned.ts';
import type { ConcurSchema } from '../mapping/concur-schema/schema.ts';
import { isAbout } from '../mapping/groups/match.ts';
import { type Explained, explainMapping, type Use } from '../mapping/provenance.ts';
import { ScimError } from '../scim/error.ts';
import { userResourceType } from '../scim/registry.ts';
import { parseResource } from '../scim/resource.ts';
import { learnedSchemas } from '../store/schemas.ts';
import { colour } from './colour.ts';
import { CommandFailure } from './failure.ts';
import { configurationOf, sourcesOf } from './open.ts';
import { withConnectionOption, withExamples } from './options.ts';
import { originText } from './origin.ts';
import { print, printJson, shortName, showValue } from './print.ts';
import { table } from './table.ts';
import { visible } from './visible.ts';

/** The file name that stands for the standard input. */
const STANDARD_INPUT = '-';

const USES: Readonly<Record<Use, string>> = {
  asked: 'always',
  initial: 'where Concur has nothing',
  reference: 'as their Concur UUID',
};

/** Adds `mapping`: what the mapping makes of somebody. */
export function addMapping(program: Command): void {
  const command = program.command('mapping').description('Try the mapping from SCIM to Concur.');
  withExamples(command, [['mapping test ada.json', 'what Concur would be sent for a SCIM User']]);
  addTest(command);
}

interface TestOptions {
  readonly json?: true;
  readonly connection: string;
  readonly group: readonly string[];
  readonly manager?: true;
}

function addTest(parent: Command): void {
  const command = withConnectionOption(parent.command('test'))
    .description(
      'Show attribute by attribute what Concur would be sent for a SCIM User, and where it comes from.',
    )
    .argument('<file>', `a JSON file with one SCIM User, or ${STANDARD_INPUT} for the standard input`)
    .addOption(
      new Option(
        '--group <name...>',
        'groups that the User is in, by displayName or externalId, for groups.rules and the scope',
      ).default([], 'none'),
    )
    .addOption(
      new Option('--manager', 'somebody else names the User as their manager, for approvers.fromManager'),
    )
    .addOption(new Option('--json', 'print JSON'))
    .action(async (file: string, { json, connection, group, manager }: TestOptions) => {
      const groups = group.map((name) => ({ id: name, displayName: name, externalId: name }));
      const { scope, mapping: settings } = settingsOf(command, connection);
      for (const name of group) tellWithoutUse(name, settings.groups, scope);
      const user = userIn(file);
      const explained = withViolations(
        await explainMapping(user, settings, groups, manager === true ? managerRoles(settings) : []),
        schemaWith(settings.learned?.()),
      );
      const inScope = scope === undefined || scope.includes(user, groups);
      if (json === true) printJson({ ...explained, inScope });
      else {
        if (!inScope) print(`${colour('red', outsideText(scope))}\n`);
        print(view(explained, (key) => placeOfDefault(connection, key, sourcesOf(command))));
      }
      if (explained.gaps.length > 0) process.exitCode = 1;
    });
  withExamples(command, [
    ['mapping test ada.json', 'a User as a client would send it'],
    ['mapping test - < ada.json', 'the same from the standard input'],
    ['mapping test ada.json --group "Concur Approvers"', 'the same as a member of a group'],
    ['mapping test boss.json --manager', 'the same as somebody whom people report to'],
    [
      'mapping test ada.json --json',
      'for programs: {"attributes": [{"key", "value", "use", "origin"}], "gaps", "inScope"}',
    ],
  ]);
  command.addHelpText(
    'after',
    "\nNothing is sent. Of the database, where there is one, only what Concur's own schemas said is read. It returns 1 when something is missing or does not fit.",
  );
}

function outsideText({ filter }: Scope): string {
  return `Outside the scope of this connection (${filter}): nothing of this is sent to Concur.`;
}

/** Says on stderr that no rule is about a group, nor the scope: it gives nothing, perhaps since its name is misspelt. */
function tellWithoutUse(name: string, access: GroupAccess | undefined, scope: Scope | undefined): void {
  if (scope?.usesGroups === true) return;
  const rules = access?.rules ?? [];
  const group = { displayName: name, externalId: name };
  if (rules.some((rule) => isAbout(rule.group, group))) return;
  const about = rules.map((rule) => rule.group.value);
  const near = nearestName(name, about);
  const listed = about.map((value) => `"${value}"`).join(', ');
  const rest = near === undefined ? `the rules are about ${listed}.` : `did you mean "${near}"?`;
  const why = about.length === 0 ? 'the connection has no groups.rules.' : rest;
  console.error(visible(`No rule is about the group "${name}": ${why}`));
}

/** By key, with what breaks a rule of Concur's among what cannot be sent: a server would refuse it, or keep it back. */
function withViolations(explained: Explained, schema: ConcurSchema): Explained {
  const profile = Object.fromEntries(
    explained.attributes.filter(({ use }) => use !== 'reference').map(({ key, value }) => [key, value]),
  );
  const broken = brokenBy({}, profile, schema).map((violation) => ({
    extension: violation.extension,
    why: sentence(shortName(violation.key), violation),
  }));
  const attributes = explained.attributes.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  return { attributes, gaps: [...explained.gaps, ...broken] };
}

function settingsOf(command: Command, name: string): Pick<ConnectionSettings, 'mapping' | 'scope'> {
  const { connections, store } = configurationOf(command);
  const connection = connections.find((one) => one.name === name);
  if (connection !== undefined) {
    const mapping = { ...connection.mapping, learned: () => learnedSchemas(store.url, name) };
    return { ...connection, mapping };
  }
  const names = connections.map((one) => one.name).join(', ');
  throw new CommandFailure(`The configuration has no connection "${name}"; it has: ${names}`, 2);
}

/** The User in a file, as the server would take it from a client. */
function userIn(file: string): JsonObject {
  const name = file === STANDARD_INPUT ? 'The standard input' : file;
  let body: unknown;
  try {
    body = JSON.parse(readFileSync(file === STANDARD_INPUT ? 0 : file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandFailure(`${name} is no JSON.`, 1);
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CommandFailure(`${name} cannot be read${code}.`, 1);
  }
  if (!isJsonObject(body))
    throw new CommandFailure(`${name} holds no SCIM User: it must be a JSON object.`, 1);
  try {
    return parseResource(userResourceType, body);
  } catch (error) {
    if (error instanceof ScimError)
      throw new CommandFailure(`${name} holds no SCIM User: ${error.detail}`, 1);
    throw error;
  }
}

function view({ attributes, gaps }: Explained, placeOf: (key: AttributeKey) => string | null): string {
  const rows = attributes.map(({ key, value, use, origin }) => [
    shortName(key),
    showValue(value),
    USES[use],
    originText(origin, placeOf(key)),
  ]);
  const missing = gaps.map(({ extension, why, preventsCreation }) => {
    const weight = preventsCreation === true ? ' (nobody is created without it)' : '';
    return `  ${colour('red', shortName(extension))}  ${why}${weight}`;
  });
  return [
    table(['Concur', 'value', 'sent', 'from'], rows),
    '',
    colour('bold', 'Missing, or not fit to be sent'),
    ...(missing.length === 0 ? ['  nothing'] : missing),
  ].join('\n');
}
