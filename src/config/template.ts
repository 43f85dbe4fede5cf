import { stringify } from 'yaml';
import { SETTINGS } from './reference.ts';

/** Values for settings, by their names in the reference. */
export type Values = ReadonlyMap<string, string | number | readonly string[]>;

/** What settings without a default look like, as they would be written. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['server.publicUrl', 'https://scim.example.com'],
  ['server.adminToken', `\${BRIDGE_ADMIN_TOKEN}`],
  ['connections.<name>.refreshToken', `\${CONCUR_REFRESH_TOKEN}`],
  ['connections.<name>.scimToken', `\${BRIDGE_SCIM_TOKEN}`],
  ['connections.<name>.rateLimit', '50'],
  ['connections.<name>.allowedHosts', '[127.0.0.1:8090]'],
  ['connections.<name>.mapping.defaults', '{ timezone: Europe/Berlin }'],
  ['connections.<name>.mapping.attributes', '{ timezone: timezone }'],
  ['connections.<name>.mapping.currencies', '{ PL: EUR }'],
  ['connections.<name>.approvers.fromManager', '[report, request]'],
  ['connections.<name>.groups.rules', '[{ group: Concur Approvers, roles: [EXP_APPROVER] }]'],
]);

const HEAD = `# The configuration of concur-scim-bridge. It holds secrets: keep it to those who run the bridge. To keep a secret
# in the environment instead, write the name of a variable in its place, such as \${BRIDGE_SECRET_KEY}.
#
# A line that begins with "#" and the name of a setting shows what holds without it, or an example: take the "#" away
# and change the value. docs/configuration.md has the whole list.
`;

const LONGEST_LINE = 110;

/**
 * A configuration file with every setting that there is, each below its meaning: those that `values` has as lines
 * that hold, the others commented out, with their default or an example. The connection is `default`.
 */
export function configurationFile(values: Values): string {
  const lines = [HEAD.trimEnd()];
  let open: readonly string[] = [];
  for (const { name, meaning, default: standard } of SETTINGS) {
    const path = name.replace('<name>', 'default').split('.');
    const sections = path.slice(0, -1);
    const shared = sections.findIndex((section, depth) => section !== open[depth]);
    for (const [depth, section] of sections.entries()) {
      if (shared === -1 || depth < shared) continue;
      if (depth === 0) lines.push('');
      lines.push(`${indent(depth)}${section}:`);
    }
    open = sections;
    const margin = indent(sections.length);
    lines.push(...wrapped(meaning, `${margin}# `));
    const value = values.get(name);
    const key = path.at(-1);
    lines.push(
      value === undefined
        ? `${margin}#${key}: ${standard || EXAMPLES.get(name) || ''}`.trimEnd()
        : `${margin}${key}: ${written(value)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function indent(depth: number): string {
  return '  '.repeat(depth);
}

function written(value: string | number | readonly string[]): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function wrapped(text: string, margin: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > LONGEST_LINE) lines.push(`${margin}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
