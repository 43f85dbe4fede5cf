import BetterSqlite from 'better-sqlite3';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE } from '../../src/domain/extensions.ts';
import type { Paging, Sort } from '../../src/scim/directory.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { findAttribute, groupResourceType, userResourceType } from '../../src/scim/registry.ts';
import { groupsHome } from '../../src/store/filter/groups.ts';
import { peopleHome } from '../../src/store/filter/people.ts';
import type { SortKey } from '../../src/store/filter/sort.ts';
import { SQLITE_FILTERS } from '../../src/store/filter/sqlite.ts';
import { listStatements } from '../../src/store/list-statements.ts';
import { registerFunctions } from '../../src/store/sqlite-functions.ts';
import { type Bench, ENGINES, openBench } from './engines.ts';

const BRIDGE = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';

describe('SQLite answers from its indexes', () => {
  let bench: Bench;
  let database: BetterSqlite.Database;
  beforeAll(async () => {
    const engine = ENGINES.find(({ name }) => name === 'SQLite');
    if (engine === undefined) throw new Error('no engine');
    bench = await openBench(engine);
    database = new BetterSqlite(bench.url.slice('sqlite:'.length));
    registerFunctions(database, () => undefined);
  });
  afterAll(async () => {
    database.close();
    await bench.close();
  });

  function plans(
    text: string | null,
    kind: 'people' | 'groups',
    sort: Sort | null = null,
    after: SortKey | null = null,
    paging: Paging = { kind: 'cursor', cursor: null, count: 100 },
  ) {
    const type = kind === 'people' ? userResourceType : groupResourceType;
    const home = (kind === 'people' ? peopleHome : groupsHome)(SQLITE_FILTERS, 'default');
    const filter = text === null ? null : parseFilter(text, type);
    const deps = { db: bench.store.db, engine: SQLITE_FILTERS };
    const { total, page, effort } = listStatements(deps, 'default', home, { filter, sort, paging }, after);
    const lines = [total, page].map((query) =>
      database
        .prepare<readonly unknown[], { detail: string }>(`explain query plan ${query.sql}`)
        .all(query.parameters)
        .map(({ detail }) => detail)
        .join('\n'),
    );
    return { effort, total: lines[0] ?? '', page: lines[1] ?? '' };
  }

  /** Neither a table nor all that an index has of the connection is walked through. */
  const WALK =
    /^SCAN (people|groups|grp|membership|group_members|person_\w+|provisionings)|\((connection=\?)\)/m;

  it.each([
    ['people', 'id eq "x"'],
    ['people', 'userName eq "x"'],
    ['people', 'userName eq "x" and title co "y" and not (active eq false)'],
    ['people', `${ENTERPRISE}:employeeNumber eq "x"`],
    ['people', `${BRIDGE}:concurId eq "x"`],
    ['people', 'externalId eq "x" and (userName eq "x" or userName eq "y")'],
    ['groups', 'id eq "x"'],
    ['groups', 'displayName eq "x"'],
  ] as const)('for %s: %s, and at once', (kind, filter) => {
    const { effort, total, page } = plans(filter, kind);
    expect(total).toContain('SEARCH');
    expect(total).not.toMatch(WALK);
    expect(page).not.toMatch(WALK);
    expect(effort).toBe('nothing');
  });

  it.each([
    ['people', 'externalId eq "x"'],
    ['people', 'displayName eq "x"'],
    ['people', `${ENTERPRISE}:manager eq "x"`],
    ['people', `${ENTERPRISE}:manager[value eq "x"]`],
    ['people', 'emails eq "x"'],
    ['people', 'emails[type eq "work" and value eq "x"]'],
    ['people', 'emails[type eq "work"].value eq "x"'],
    ['people', 'emails[primary eq true and value eq "x"]'],
    ['people', 'emails[value eq "x" or value eq "y"]'],
    ['people', 'emails eq "x" and meta.lastModified gt "2026-01-01T00:00:00Z" and active eq true'],
    ['people', 'phoneNumbers.value eq "x"'],
    ['people', 'phoneNumbers[type eq "mobile" and value eq "x"]'],
    ['people', 'userName eq "x" or externalId eq "y" or emails eq "z" or (id eq "x" and title pr)'],
    ['groups', 'externalId eq "x"'],
    ['groups', 'members eq "x"'],
    ['groups', 'members[value eq "x" and type eq "User"]'],
  ] as const)('for %s: %s, in moments, since many may have that value', (kind, filter) => {
    const { effort, total, page } = plans(filter, kind);
    expect(total).toContain('SEARCH');
    expect(total).not.toMatch(WALK);
    expect(page).not.toMatch(WALK);
    expect(effort).toBe('moments');
  });

  const named = (count: number) =>
    Array.from({ length: count }, (_, index) => `userName eq "u${index}"`).join(' or ');

  it.each([
    ['nothing', named(8)],
    ['moments', named(9)],
    ['moments', `(${named(3)}) and emails[display co "x"]`],
    ['search', named(101)],
    ['search', `(${named(60)}) and emails[display co "x"]`],
    ['search', `userName eq "u" and emails[${Array(9).fill('display co "x"').join(' or ')}]`],
    ['search', `userName eq "u" and ${Array(9).fill('emails[display co "x"]').join(' and ')}`],
    ['search', `emails.value eq "x" and emails[${Array(9).fill('display co "x"').join(' or ')}]`],
  ] as const)('takes the %s that few are worth: %s', (expected, filter) => {
    const { effort, page } = plans(filter, 'people');
    expect(effort).toBe(expected);
    expect(page).not.toMatch(WALK);
  });

  it.each([
    [
      'people',
      'meta.lastModified gt "2026-01-01T00:00:00Z"',
      'people_modified (connection=? AND last_modified>?)',
    ],
    ['people', 'meta.created le "2026-01-01T00:00:00Z"', 'people_created (connection=? AND created<?)'],
    [
      'people',
      'userName sw "a"',
      'people_user_name_unique (connection=? AND user_name_key>? AND user_name_key<?)',
    ],
    ['people', 'groups eq "x"', 'group_members_pk'],
    ['people', `${BRIDGE}:state eq "failed"`, 'provisionings_state (connection=? AND state=?)'],
    [
      'groups',
      'meta.lastModified ge "2026-01-01T00:00:00Z"',
      'groups_modified (connection=? AND last_modified>?)',
    ],
    ['groups', 'displayName sw "a"', 'groups_display_name_unique'],
  ] as const)('for %s: %s, which may be many', (kind, filter, index) => {
    const { effort, total } = plans(filter, kind);
    expect(total.replace('sqlite_autoindex_group_members_1', 'group_members_pk')).toContain(index);
    expect(total).not.toMatch(WALK);
    expect(effort).toBe('search');
  });

  it.each([
    'title eq "x"',
    'userName eq "x" or title eq "x"',
    'not (userName eq "x")',
    'userName ne "x"',
    'userName co "x"',
  ])('and knows that none serves %s', (filter) => {
    const { effort, total } = plans(filter, 'people');
    expect(effort).toBe('search');
    expect(total).toMatch(WALK);
  });

  it('for a page of everybody in moments, unless they are to be sorted', () => {
    const reference = findAttribute(userResourceType, 'title');
    if (reference === undefined) throw new Error('no title');
    const { effort, total, page } = plans(null, 'people');
    expect(effort).toBe('moments');
    expect([total, page].join()).not.toContain('TEMP B-TREE');
    expect(page).toContain('people_created');
    expect(plans(null, 'people', { reference, order: 'ascending' }).effort).toBe('search');
  });

  it('for a page of everybody by its number, from the tallies on', () => {
    const { total, page } = plans(null, 'people', null, null, { kind: 'index', startIndex: 9, count: 9 });
    expect(total).toMatch(/^SEARCH tallies/);
    expect(page).toMatch(/people_created \(connection=\? AND created>\?\)/);
    // Five spans, for where the page begins and for how many are skipped there.
    const bounded = /SEARCH tallies .*\(connection=\? AND kind=\? AND span=\? AND since>\? AND since<\?\)/g;
    expect(page.match(bounded)).toHaveLength(10);
    expect(page).not.toContain('SCAN tallies');
  });

  it('goes on by cursor without passing what was shown', () => {
    const key = { created: 5, id: 'x' };
    const reference = findAttribute(userResourceType, 'userName');
    if (reference === undefined) throw new Error('no userName');
    const first = plans(null, 'people', null, { ...key, value: null });
    expect(first.page).toMatch(/people_created \(connection=\? AND \(created,id\)>\(\?,\?\)\)/);
    expect(first.page).not.toContain('TEMP B-TREE');
    const named = plans(null, 'people', { reference, order: 'ascending' }, { ...key, value: 'a' });
    expect(named.page).toContain('people_user_name_unique (connection=? AND user_name_key>?)');
  });
});
