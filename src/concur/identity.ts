import type { SearchKeys } from '../domain/adoption.ts';
import { CORE, ENTERPRISE, type Extension, SAP } from '../domain/extensions.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Candidate } from '../domain/person.ts';
import type { Answer, CandidatesFound, ProfileRead, UserDeleted } from '../domain/ports.ts';
import { type AttributeKey, attributeOf, extensionOf } from '../domain/profile.ts';
import { identityUser, searchPage } from './answers.ts';
import { decodeIdentity, extensionsOfService } from './decode.ts';
import type { ServiceCall, Session } from './session.ts';

const USERS = '/profile/identity/v4.1/Users';
const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:concur:2.0:SearchRequest';
const EMPLOYEE_NUMBER = `${ENTERPRISE}:employeeNumber`;

/**
 * The longest filter of one search, in characters: room for about two thousand people. SAP names no limit
 * for the body of a search; this is the one of a Bulk, and whoever asks makes a search that is refused in
 * smaller parts.
 */
const LONGEST_FILTER = 400_000;

/** The most users that a page may have (Identity v4.1 Search Guide, "Pagination"). */
const PAGE = 1_000;

/**
 * Everything the bridge may write, named one by one: entitlements are answered only when asked for
 * (Identity v4.1, "Schema").
 */
const ATTRIBUTES: Readonly<Partial<Record<Extension, readonly string[]>>> = {
  [CORE]: [
    'id',
    'active',
    'userName',
    'externalId',
    'name',
    'displayName',
    'nickName',
    'title',
    'preferredLanguage',
    'timezone',
    'dateOfBirth',
    'emails',
    'phoneNumbers',
    'addresses',
    'emergencyContacts',
    'entitlements',
  ],
  [ENTERPRISE]: [
    'companyId',
    'employeeNumber',
    'costCenter',
    'department',
    'division',
    'startDate',
    'terminationDate',
    'manager',
    'leavesOfAbsence',
  ].map((name) => `${ENTERPRISE}:${name}`),
  [SAP]: [`${SAP}:userUuid`],
};

/** The scopes without which an extension is answered with holes (Identity v4 Scope Mapping). */
const SCOPES: Readonly<Partial<Record<Extension, readonly string[]>>> = {
  [CORE]: ['ids', 'core', 'coresensitive', 'enterprise'].map((part) => `identity.user.${part}.read`),
  [ENTERPRISE]: ['identity.user.enterprise.read'],
  [SAP]: ['identity.user.sap.read'],
};

/** Searches for users that match any of the keys (Identity v4.1 Search Guide), each found once. */
export async function findUsers(
  session: Session,
  keys: readonly SearchKeys[],
): Promise<Answer<CandidatesFound>> {
  const found = new Map<string, Candidate>();
  let last: Answer<CandidatesFound> = none(session.newId());
  for (const filter of filters(keys)) {
    const cursors = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: Answer<Page> = await searchOnce(session, filter, cursor);
      if (page.outcome.kind !== 'page') return { ...page, outcome: page.outcome };
      for (const candidate of page.outcome.candidates) found.set(candidate.concurId, candidate);
      last = { ...page, outcome: { kind: 'found', candidates: [...found.values()] } };
      cursor = page.outcome.nextCursor;
      // A cursor that comes back would be followed for ever.
      if (cursor !== null && cursors.has(cursor)) return { ...page, outcome: endless() };
      if (cursor !== null) cursors.add(cursor);
    } while (cursor !== null);
  }
  return last;
}

/**
 * Reads a user; extensions that the token's scopes do not cover are named as unreadable.
 *
 * @param mapped what the configuration maps: attributes among it that only Concur's own schemas know are asked for too
 */
export async function readIdentity(
  session: Session,
  concurId: string,
  mapped: readonly AttributeKey[] = [],
): Promise<Answer<ProfileRead>> {
  const scopes = await session.scopes();
  const covered = (extension: Extension): boolean =>
    scopes === null || (SCOPES[extension] ?? []).every((scope) => scopes.has(scope));
  const all = extensionsOfService('identity');
  const unreadable = all.filter((extension) => !covered(extension));
  // `active` and `id` come with any scope; of SAP's own id nothing is asked without its scope.
  const asked = all.filter((extension) => extension === CORE || covered(extension));
  const further = mapped.filter((key) => asked.includes(extensionOf(key))).map(attributeOf);
  const named = [...asked.flatMap((extension) => ATTRIBUTES[extension] ?? []), ...further];
  const attributes = [...new Set(named)].join(',');
  return session.call<ProfileRead>(
    {
      service: 'identity',
      method: 'GET',
      path: `${USERS}/${encodeURIComponent(concurId)}?attributes=${encodeURIComponent(attributes)}`,
      write: false,
      missing: 'Concur does not know this user',
      canMiss: true,
    },
    ({ status, body }) => {
      const user = identityUser.safeParse(body);
      if (status !== 200 || !user.success || !isJsonObject(body)) return undefined;
      if (user.data.id !== concurId.toLowerCase()) return undefined;
      return { kind: 'read', profile: decodeIdentity(body), unreadable };
    },
  );
}

/**
 * Deletes a user for ever, whichever service created it (Identity v4.1, "Delete a User", 204). Needs the scope
 * `identity.user.delete`. A user who is not there is `missing`.
 */
export function deleteUser(session: Session, concurId: string): Promise<Answer<UserDeleted>> {
  return session.call<UserDeleted>(
    {
      service: 'identity',
      method: 'DELETE',
      path: `${USERS}/${encodeURIComponent(concurId)}`,
      write: true,
      missing: 'Concur does not know this user',
      canMiss: true,
    },
    ({ status }) => (status === 200 || status === 204 ? { kind: 'deleted' } : undefined),
  );
}

interface Page {
  readonly kind: 'page';
  readonly candidates: readonly Candidate[];
  readonly nextCursor: string | null;
}

function searchOnce(session: Session, filter: string, cursor: string | null): Promise<Answer<Page>> {
  const call: ServiceCall = {
    service: 'identity',
    method: 'POST',
    path: `${USERS}/.search`,
    body: {
      schemas: [SEARCH_REQUEST],
      filter,
      attributes: ['id', 'active', 'userName', 'externalId', EMPLOYEE_NUMBER],
      count: PAGE,
      ...(cursor === null ? {} : { cursor }),
    },
    write: false,
    missing: 'Concur does not offer the search for users at this address',
    canMiss: false,
  };
  return session.call<Page>(call, ({ status, body }) => {
    const page = searchPage.safeParse(body);
    if (status !== 200 || !page.success) return undefined;
    return {
      kind: 'page',
      nextCursor: page.data.nextCursor || null,
      candidates: page.data.Resources.map((user) => ({
        concurId: user.id,
        active: user.active,
        userName: user.userName ?? null,
        externalId: user.externalId ?? null,
        employeeNumber: user[ENTERPRISE]?.employeeNumber ?? null,
      })),
    };
  });
}

/** One filter for as many keys as fit; RFC 7644 §3.4.2.2: a value is a JSON string, so JSON escapes it. */
function filters(keys: readonly SearchKeys[]): readonly string[] {
  const expressions = keys.flatMap(({ userName, externalId, employeeNumber }) => [
    `userName eq ${JSON.stringify(userName)}`,
    ...(externalId === null ? [] : [`externalId eq ${JSON.stringify(externalId)}`]),
    ...(employeeNumber === null ? [] : [`${EMPLOYEE_NUMBER} eq ${JSON.stringify(employeeNumber)}`]),
  ]);
  const all: string[] = [];
  for (const expression of new Set(expressions)) {
    const joined = `${all.at(-1)} or ${expression}`;
    if (all.length > 0 && joined.length <= LONGEST_FILTER) all[all.length - 1] = joined;
    else all.push(expression);
  }
  return all;
}

function endless() {
  return {
    kind: 'retry',
    why: 'transient',
    after: null,
    message: 'Concur repeated a page of its search',
  } as const;
}

function none(correlationId: string): Answer<CandidatesFound> {
  return { outcome: { kind: 'found', candidates: [] }, correlationId, httpStatus: null };
}
