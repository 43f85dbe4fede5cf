import { existsSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, textOf } from './page.ts';

const pages = [
  'README.md',
  ...readdirSync(resolve(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
];

it.each(pages)('%s links only to what is there', (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
  const missing = links
    .filter((link) => !link.startsWith('https://'))
    .map((link) => link.replace(/#.*$/, ''))
    .filter((link) => link !== '' && !existsSync(resolve(ROOT, dirname(page), link)));
  expect(missing).toEqual([]);
});

it('README.md links to every page', () => {
  const unlinked = pages.filter(
    (page) => /^docs\/[^/]+$/.test(page) && !textOf('README.md').includes(`(${page})`),
  );
  expect(unlinked).toEqual([]);
});
