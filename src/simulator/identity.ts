import type { Attributes, Message } from './attributes.ts';
import { isAttributes, missing, sameJson } from './attributes.ts';
import { type Change, changed } from './change.ts';
import { checkCore, checkEnterprise } from './identity-rules.ts';
import { CORE, ENTERPRISE, SAP } from './schemas.ts';
import type { User } from './users.ts';
import { violate, type World } from './world.ts';

/** The schemas of the identity service. */
export const IDENTITY_SCHEMAS = [CORE, ENTERPRISE, SAP] as const;

/** What became of the identity part of an operation; a refusal has changed nothing. */
export type IdentityOutcome =
  | { readonly ok: true; readonly user: User; readonly changed: ReadonlySet<string> }
  | {
      readonly ok: false;
      readonly status: 400 | 403 | 404;
      readonly scimType?: string;
      readonly messages: ReadonlyMap<string, Message[]>;
    };

/** An identity write: a person to create (no `userId`), to replace or to change. */
export interface IdentityWrite {
  readonly userId: string | undefined;
  readonly changes: ReadonlyMap<string, Change>;
  readonly scopes: ReadonlySet<string>;
  readonly at: number;
  /** An id to give to a person who is created; a new one when absent. */
  readonly newId?: string;
}

/**
 * Creates, replaces or changes a person's core, enterprise and SAP attributes, all or nothing
 * (v4.user-provisioning.md, "Create a new user with /Users" and following).
 */
export function writeIdentity(world: World, write: IdentityWrite): IdentityOutcome {
  const { userId, changes, scopes, at } = write;
  const held = userId === undefined ? undefined : world.users.get(userId);
  if (userId !== undefined && !held) return refused(404, CORE, notFound(userId));
  const forbidden = scopeProblems(changes, scopes);
  if (forbidden.size > 0) return { ok: false, status: 403, messages: forbidden };

  const problems = new Map<string, Message[]>();
  const extensions = new Map(held?.extensions);
  const creates = [...changes.values()].some((change) => change.kind === 'whole');
  for (const urn of IDENTITY_SCHEMAS) {
    // A whole user without the enterprise extension lacks what that extension requires.
    const change =
      changes.get(urn) ?? (creates && urn !== SAP ? ({ kind: 'whole', value: {} } as const) : undefined);
    const messages: Message[] = [];
    const next = change
      ? changed(urn, held?.extensions.get(urn), change, world, messages)
      : extensions.get(urn);
    if (change && next && urn === CORE) messages.push(...checkCore(next, world.company));
    if (change && next && urn === ENTERPRISE) {
      messages.push(...checkEnterprise(next, held?.extensions.get(urn), world.company, world.users));
    }
    if (!next && urn !== SAP) messages.push(missing(urn));
    if (messages.length > 0) problems.set(urn, messages);
    if (next) extensions.set(urn, next);
    else extensions.delete(urn);
  }
  if (problems.size > 0) return { ok: false, status: 400, messages: problems };
  const taken = uniquenessProblems(world, userId, extensions);
  if (taken.size > 0) return { ok: false, status: 400, scimType: 'uniqueness', messages: taken };

  fillIn(extensions, held, scopes, creates ? at : undefined);
  const different = new Set(
    IDENTITY_SCHEMAS.filter(
      (urn) => changes.has(urn) && !sameJson(extensions.get(urn), held?.extensions.get(urn)),
    ),
  );
  if (held && different.size === 0) return { ok: true, user: held, changed: different };
  const user: User = held ?? {
    id: write.newId ?? world.newId(),
    created: at,
    lastModified: at,
    version: 0,
    extensions: new Map(),
  };
  for (const urn of IDENTITY_SCHEMAS) {
    const attributes = extensions.get(urn);
    if (attributes) user.extensions.set(urn, attributes);
    else user.extensions.delete(urn);
  }
  user.lastModified = at;
  if (held) user.version += 1;
  world.users.put(user);
  return { ok: true, user, changed: different };
}

/** The message for a person who is not in the company. */
export function notFound(userId: string): Message {
  return {
    code: 'NOT_FOUND',
    message: `User '${userId}' not found`,
    schemaPath: `${CORE}:id`,
    type: 'error',
  };
}

function refused(status: 400 | 403 | 404, urn: string, ...messages: Message[]): IdentityOutcome {
  return { ok: false, status, messages: new Map([[urn, messages]]) };
}

// v4.scope-mapping.md: each attribute has its write scope; `externalId` and the SAP Global ID have one of their own.
function scopeProblems(
  changes: ReadonlyMap<string, Change>,
  scopes: ReadonlySet<string>,
): Map<string, Message[]> {
  const problems = new Map<string, Message[]>();
  const need = (urn: string, schemaPath: string, scope: string): void => {
    if (scopes.has(scope)) return;
    const message = `Scope '${scope}' is required to write '${schemaPath}'`;
    problems.set(urn, [
      ...(problems.get(urn) ?? []),
      { code: 'FORBIDDEN', message, schemaPath, type: 'error' },
    ]);
  };
  for (const [urn, change] of changes) {
    if (urn === SAP) need(SAP, SAP, 'identity.user.sap.writeonly');
    if (urn !== CORE && urn !== ENTERPRISE) continue;
    const names = namesOf(change);
    if (names.includes('externalId')) need(CORE, `${CORE}:externalId`, 'identity.user.externalID.writeonly');
    if (names.some((name) => name !== 'externalId')) need(urn, urn, 'identity.user.coreenterprise.writeonly');
  }
  return problems;
}

function namesOf(change: Change): string[] {
  if (change.kind === 'whole') return Object.keys(change.value);
  return change.operations.flatMap(
    ({ attribute, value }) => attribute ?? (isAttributes(value) ? Object.keys(value) : ['']),
  );
}

function uniquenessProblems(
  world: World,
  userId: string | undefined,
  extensions: ReadonlyMap<string, Attributes>,
): Map<string, Message[]> {
  const problems = new Map<string, Message[]>();
  const refuse = (urn: string, attribute: string, scope: string): void => {
    const schemaPath = `${urn}:${attribute}`;
    const message = `The value of '${schemaPath}' is already in use ${scope}`;
    problems.set(urn, [{ code: 'UNIQUENESS', message, schemaPath, type: 'error' }]);
  };
  const userName = String(extensions.get(CORE)?.userName).toLowerCase();
  const employeeNumber = String(extensions.get(ENTERPRISE)?.employeeNumber);
  const nameHolder = world.users.byUserName(userName);
  const numberHolder = world.users.byEmployeeNumber(employeeNumber);
  // "The userName must be unique across all SAP Concur products."
  const elsewhere = world.company.takenUserNames.some((taken) => taken.toLowerCase() === userName);
  if (elsewhere || (nameHolder && nameHolder.id !== userId)) refuse(CORE, 'userName', 'in SAP Concur');
  // "Client supplied employee number within the company, unique for the company."
  if (numberHolder && numberHolder.id !== userId) refuse(ENTERPRISE, 'employeeNumber', 'in the company');
  if (userId === undefined && nameHolder && nameHolder === numberHolder) {
    violate(world, 'duplicate-create', `${userName} (${employeeNumber}) exists already as ${nameHolder.id}`);
  }
  return problems;
}

/** Adds what Concur adds to what it was told: defaults of the schema page, and flags on e-mails and phones. */
function fillIn(
  extensions: Map<string, Attributes>,
  held: User | undefined,
  scopes: ReadonlySet<string>,
  createdAt: number | undefined,
): void {
  const core = extensions.get(CORE) ?? {};
  const heldEmails = held?.extensions.get(CORE)?.emails;
  const wasVerified = (value: Attributes): boolean =>
    Array.isArray(heldEmails) &&
    heldEmails.some((email) => isAttributes(email) && email.value === value.value && email.verified === true);
  extensions.set(CORE, {
    preferredLanguage: 'en-US',
    timezone: 'America/New_York',
    ...core,
    emails: eachOf(core.emails, (email) => ({
      notifications: false,
      ...email,
      // "Without scope the emails.verified attribute is read-only."
      verified: scopes.has('identity.user.emails.verified.writeonly')
        ? email.verified === true
        : wasVerified(email),
    })),
    ...(core.phoneNumbers === undefined
      ? {}
      : {
          phoneNumbers: eachOf(core.phoneNumbers, (phone) => ({
            notifications: false,
            primary: false,
            ...phone,
          })),
        }),
  });
  if (createdAt === undefined) return;
  // The read samples of v4.1.identity.md show a startDate on users that were created without one.
  const startDate = `${new Date(createdAt).toISOString().slice(0, 10)}T00:00:00Z`;
  extensions.set(ENTERPRISE, { startDate, ...extensions.get(ENTERPRISE) });
}

function eachOf(
  values: Attributes[string] | undefined,
  fill: (value: Attributes) => Attributes,
): Attributes[] {
  return Array.isArray(values) ? values.filter(isAttributes).map(fill) : [];
}
