import { expect, it } from 'vitest';
import { SCOPES } from '../../src/domain/granted.ts';
import { rowsOf, sectionOf, textOf } from './page.ts';

it('docs/guides/concur.md says of every scope what the program says of it', () => {
  const [head, ...rows] = rowsOf(sectionOf(textOf('docs/guides/concur.md'), '## 2. Scopes'));
  expect(head).toEqual(['scope', 'use', 'without it']);
  expect(rows).toEqual(SCOPES.map(({ name, use, lost }) => [`\`${name}\``, use, lost]));
});
