import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { REQUEST_STATES } from '../../src/domain/ports.ts';
import { changesQuery, holdsQuery, requestsQuery, usersQuery } from '../../src/http/admin/query.ts';
import { blocksOf, codeOf, ROOT, rowsOf, sectionOf, textOf } from './page.ts';

const page = textOf('docs/admin-api.md');
const headings = [...page.matchAll(/^### ([A-Z]+ \/\S+)$/gm)].map(([, heading = '']) => heading);

/** The routes that a file registers with `route(router, '/path', { GET: …, POST: … })`, as the page writes them. */
function routesIn(file: string, prefix: string): readonly string[] {
  const [, ...registrations] = textOf(file).split(/\broute\(router, '/);
  return registrations.flatMap((registration) => {
    const path = registration.slice(0, registration.indexOf("'")).replace(/:(\w+)/g, '{$1}');
    return [...registration.matchAll(/\b(GET|POST|PUT|PATCH|DELETE):/g)].map(
      ([, method]) => `${method} ${prefix}${path}`,
    );
  });
}

describe('docs/admin-api.md', () => {
  it('has every route, and no other', () => {
    const admin = readdirSync(resolve(ROOT, 'src/http/admin')).map((name) => `src/http/admin/${name}`);
    const routes = [
      ...routesIn('src/http/health.ts', ''),
      ...admin.flatMap((file) => routesIn(file, '/api/v1')),
    ];
    expect([...headings].sort()).toEqual([...routes].sort());
  });

  it.each(headings)('shows a call of %s', (heading) => {
    const [method = '', path = ''] = heading.split(' ');
    const [call = ''] = blocksOf(sectionOf(page, `### ${heading}`), '');
    expect(call).toMatch(new RegExp(`\\$BRIDGE${path.replace(/\{\w+\}/, '[\\w@.-]+')}(\\?\\S+)?"?$`, 'm'));
    const asked = /-X (\w+)/.exec(call)?.[1] ?? (call.includes(' -d ') ? 'POST' : 'GET');
    expect(asked).toBe(method);
  });

  it.each<[path: string, query: z.ZodObject]>([
    ['/api/v1/users', usersQuery],
    ['/api/v1/holds', holdsQuery],
    ['/api/v1/requests', requestsQuery],
    ['/api/v1/changes', changesQuery],
  ])('names every query parameter of %s', (path, query) => {
    const named = codeOf(sectionOf(page, `### GET ${path}`));
    expect(Object.keys(query.shape).filter((name) => !named.includes(name))).toEqual([]);
  });

  it('names every state of a request', () => {
    expect(codeOf(sectionOf(page, '### GET /api/v1/requests'))).toEqual(
      expect.arrayContaining([...REQUEST_STATES]),
    );
  });

  it('has the codes of all errors', () => {
    const rows = rowsOf(page).filter(([status = '']) => /^\d+$/.test(status));
    const codes = [...textOf('src/http/admin/failure.ts').matchAll(/^ {2}(\d{3}): '(\w+)',$/gm)];
    expect(rows.map(([status, code]) => [status, code])).toEqual([
      ...codes.map(([, status, code]) => [status, `\`${code}\``]),
      ['500', '`internal_error`'],
    ]);
  });
});
