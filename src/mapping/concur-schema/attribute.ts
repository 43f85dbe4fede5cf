/** What values an attribute of Concur's takes. */
export type ValueType =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'decimal'
  /** `2026-01-31`. */
  | 'day'
  /** `2026-01-31T00:00:00`, from 1900-01-01 to 2079-06-06. */
  | 'moment'
  /** Two letters of ISO 3166-1. */
  | 'country'
  /** Three letters of ISO 4217. */
  | 'currency'
  /** A language of Concur's. */
  | 'language'
  /** Somebody, who is sent as their Concur UUID. */
  | 'person'
  /** Whether the element of a list is there at all; its name says the rest. */
  | 'presence';

/** An attribute of Concur's profile (User Provisioning, "Schema"). */
export interface ConcurAttribute {
  readonly type: ValueType;
  /** Several values. */
  readonly isMany?: true;
  /** Concur takes no user, or no such extension or element, without it. */
  readonly isRequired?: true;
  /** Concur takes it when the user is created, and never afterwards. */
  readonly isCreateOnly?: true;
  /** The values it can have, as Concur spells them. */
  readonly values?: readonly string[];
  /** Values that Concur's own schemas have beside those that are built in: they are taken as well. */
  readonly further?: readonly string[];
  /** Why it cannot be mapped; absent: it can. */
  readonly notWritable?: string;
}

/** How the elements of a list are named, in brackets after the attribute: `customData[custom1]`. */
export interface ConcurList {
  readonly isName: (name: string) => boolean;
  /** Completes "an element of … is …". */
  readonly names: string;
  /** The sub-attribute that an element without a further name stands for; empty: the element alone. */
  readonly itself: string;
  /** Names that Concur's own schemas have beside those that are built in. */
  readonly further?: readonly string[];
}

/** The attributes of one extension by their names in SAP's tables, and how the elements of its lists are named. */
export interface ConcurExtension {
  readonly attributes: Readonly<Record<string, ConcurAttribute>>;
  readonly lists: Readonly<Record<string, ConcurList>>;
}

/** Attributes that are alike, by name. */
export function all(names: string, attribute: ConcurAttribute): Record<string, ConcurAttribute> {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, attribute]));
}

/** An attribute that cannot be mapped, and why. */
export function notWritable(why: string): ConcurAttribute {
  return { type: 'text', notWritable: why };
}

/** A list whose elements have fixed names. */
export function named(names: readonly string[], itself = ''): ConcurList {
  return { isName: (name) => names.includes(name), names: `one of ${names.join(', ')}`, itself };
}

/** A list whose elements the company names. */
export function free(names: string, itself = ''): ConcurList {
  return { isName: (name) => name.trim() !== '', names, itself };
}

export const TEXT: ConcurAttribute = { type: 'text' };
export const REQUIRED_TEXT: ConcurAttribute = { type: 'text', isRequired: true };
export const FLAG: ConcurAttribute = { type: 'boolean' };
export const COUNTRY: ConcurAttribute = { type: 'country' };
export const PERSON: ConcurAttribute = { type: 'person' };

/** What the name of an element says in SAP's tables is not mapped beside it. */
export const IN_THE_NAME = notWritable('stands in the brackets');
