import type { Attributes } from './attributes.ts';
import { CORE, ENTERPRISE, SPEND_ROLE, SPEND_USER, TRAVEL } from './schemas.ts';

/** A person as Concur holds them. */
export interface User {
  readonly id: string;
  readonly created: number;
  lastModified: number;
  version: number;
  /** Attributes by the URN of their schema. */
  readonly extensions: Map<string, Attributes>;
}

/** The attributes by which people are found without looking at everybody. */
export type Key = 'userName' | 'employeeNumber' | 'externalId';

/** The people of the company, found by what Concur finds them by. */
export interface Users {
  readonly all: ReadonlyMap<string, User>;
  get(id: string): User | undefined;
  /** Whoever has this value, without regard to case. */
  matching(key: Key, value: string): User[];
  byUserName(userName: string): User | undefined;
  byEmployeeNumber(employeeNumber: string): User | undefined;
  /** Takes what is written from now on as what Concur holds; indexes the person anew. */
  put(user: User): void;
  remove(id: string): boolean;
}

/** Makes an empty company. */
export function createUsers(): Users {
  const all = new Map<string, User>();
  const index = new Map<string, Set<string>>();
  const entriesOf = new Map<string, string[]>();
  const entry = (key: Key, value: string): string => `${key} ${value.toLowerCase()}`;
  const unindex = (id: string): void => {
    for (const known of entriesOf.get(id) ?? []) {
      const ids = index.get(known);
      ids?.delete(id);
      if (ids?.size === 0) index.delete(known);
    }
    entriesOf.delete(id);
  };
  const matching = (key: Key, value: string): User[] =>
    [...(index.get(entry(key, value)) ?? [])].flatMap((id) => all.get(id) ?? []);
  return {
    all,
    get: (id) => all.get(id),
    matching,
    byUserName: (userName) => matching('userName', userName)[0],
    byEmployeeNumber: (number) =>
      matching('employeeNumber', number).find(
        (user) => textOf(user, ENTERPRISE, 'employeeNumber') === number,
      ),
    put(user) {
      unindex(user.id);
      const entries = [
        entry('userName', textOf(user, CORE, 'userName')),
        entry('externalId', textOf(user, CORE, 'externalId')),
        entry('employeeNumber', textOf(user, ENTERPRISE, 'employeeNumber')),
      ];
      all.set(user.id, user);
      entriesOf.set(user.id, entries);
      for (const known of entries) index.set(known, (index.get(known) ?? new Set()).add(user.id));
    },
    remove(id) {
      unindex(id);
      return all.delete(id);
    },
  };
}

/** One text attribute of a person, '' when it is not there. */
export function textOf(user: User, urn: string, attribute: string): string {
  const value = user.extensions.get(urn)?.[attribute];
  return typeof value === 'string' ? value : '';
}

/** Whether a person may sign in. */
export function isActive(user: User): boolean {
  return user.extensions.get(CORE)?.active === true;
}

/** The roles that follow from an entitlement and are set by nothing else (v4.spend-role-code-definition.md). */
export const ENTITLEMENT_ROLES: Readonly<Record<string, string>> = {
  Expense: 'EXP_USER',
  Request: 'REQ_USER',
  Invoice: 'INV_PMT_USER',
};

/** The codes of all spend roles that a person holds, those that follow from entitlements included. */
export function rolesOf(user: User): string[] {
  const entitlements = user.extensions.get(CORE)?.entitlements;
  const derived = Array.isArray(entitlements)
    ? entitlements.flatMap((entitlement) => ENTITLEMENT_ROLES[String(entitlement)] ?? [])
    : [];
  const roles = user.extensions.get(SPEND_ROLE)?.roles;
  const given = Array.isArray(roles)
    ? roles.flatMap((role) =>
        typeof role === 'object' && role !== null && 'roleName' in role ? [String(role.roleName)] : [],
      )
    : [];
  return user.extensions.has(SPEND_USER) ? [...derived, ...given] : [];
}

/** A person in three parts, for tests to look at. */
export interface UserView {
  readonly id: string;
  readonly identity: Attributes;
  readonly spend: Attributes;
  readonly travel: Attributes | undefined;
}

/** Copies a person's parts as Concur holds them; the extensions of identity and spend stand under their URNs. */
export function viewUser(user: User): UserView {
  const identity: Attributes = structuredClone(user.extensions.get(CORE) ?? {});
  const spend: Attributes = {};
  for (const [urn, attributes] of user.extensions) {
    if (urn === CORE || urn === TRAVEL) continue;
    const part = urn === ENTERPRISE || urn.includes(':sap:') ? identity : spend;
    part[urn] = structuredClone(attributes);
  }
  return { id: user.id, identity, spend, travel: structuredClone(user.extensions.get(TRAVEL)) };
}
