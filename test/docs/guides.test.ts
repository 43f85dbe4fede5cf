import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findAttribute, schemasOf, userResourceType } from '../../src/scim/registry.ts';
import { codeOf, ROOT, rowsOf, sectionOf, textOf } from './page.ts';

const guides = readdirSync(resolve(ROOT, 'docs/guides')).map((name) => `docs/guides/${name}`);

/** What the program itself is made of: neither the simulated Concur nor the demo. */
const sources = readdirSync(resolve(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/^(simulator|demo)\//.test(path))
  .flatMap((path) => textOf(`src/${path}`).split('\n'));

describe.each(guides)('%s', (guide) => {
  const page = textOf(guide);

  it('quotes only messages that the program has', () => {
    const [head, ...rows] = rowsOf(sectionOf(page, '## What you see when it is wrong'));
    expect(head).toEqual(['what you see', 'where', 'cause', 'remedy']);
    // Shorter ones are commands and names of attributes.
    const quoted = rows
      .flatMap(([seen = '', where = '']) => codeOf(`${seen} ${where}`))
      .filter((code) => code.split(' ').length > 2);
    expect(quoted.length).toBeGreaterThan(5);
    expect(quoted.filter((message) => !sources.some((line) => holds(line, message)))).toEqual([]);
  });

  it('names only schemas and attributes that people here have', () => {
    const named = codeOf(page).filter((code) => code.startsWith('urn:ietf:params:scim:schemas:'));
    expect(named.filter((name) => !isSchema(name) && !isAttribute(name))).toEqual([]);
  });
});

it('docs/guides/okta.md gives every external name a namespace that has it', () => {
  const pairs = rowsOf(sectionOf(textOf('docs/guides/okta.md'), '## 3. Attributes'))
    .filter(([, , namespace = '']) => namespace.startsWith('`urn:'))
    .map(
      ([, name = '', namespace = '']) =>
        `${codeOf(namespace)[0]}:${codeOf(name)[0]?.replace(/\.\^\[[^\]]*\]/, '')}`,
    );
  expect(pairs.length).toBeGreaterThan(5);
  expect(pairs.filter((path) => !isAttribute(path))).toEqual([]);
});

/** Whether a line holds a message, in which `…` stands for what varies. */
function holds(line: string, message: string): boolean {
  let from = 0;
  return message.split('…').every((part) => {
    const at = line.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

function isSchema(urn: string): boolean {
  return schemasOf(userResourceType).some(({ id }) => id === urn);
}

/** Whether a path, with its schema before it, names an attribute, or a part of one after a dot. */
function isAttribute(path: string): boolean {
  return findAttribute(userResourceType, path) !== undefined;
}
