/** The names of the groups of the run. */
export const GROUP_NAMES = ['Expense users', 'Invoice users', 'Approvers'] as const;

/** The name of a group of the run. */
export type GroupName = (typeof GROUP_NAMES)[number];

/** What the configuration says that the members of a group get in Concur. */
export const GROUPS: Readonly<
  Record<GroupName, { readonly entitlements: string[]; readonly roles?: string[] }>
> = {
  'Expense users': { entitlements: ['Expense'] },
  'Invoice users': { entitlements: ['Invoice'] },
  Approvers: { entitlements: ['Expense'], roles: ['EXP_APPROVER', 'REQ_APPROVER'] },
};

/** The single values that clients change, by the names that SCIM gives them. */
export const TEXTS = ['title', 'department', 'costCenter', 'givenName', 'familyName'] as const;

/** The name of such a value. */
export type Text = (typeof TEXTS)[number];

/**
 * Somebody as the clients want them: all that the run knows of a person, and all that is expected of Concur. It is what
 * was decided; since a client repeats each write until it is accepted, it is what the bridge has accepted, too.
 */
export interface Person {
  /** Who it is, in all their lives: the employee number, and part of their address. */
  readonly key: string;
  userName: string;
  /** Whether they exist for the clients; who is deleted may be created again. */
  living: boolean;
  active: boolean;
  /** A text, or null where a client took it away. */
  readonly texts: Record<Text, string | null>;
  /** The key of the manager. */
  manager: string | null;
  readonly groups: Set<GroupName>;
  /** Whether Concur may know them: they were to have access at some time. */
  wasActive: boolean;
  /** Whether they gave or took a name, of which Concur may not know yet: till then they stay. */
  tradesName: boolean;
  /**
   * Whether Concur had time to take them in, in this life. Till then they neither give nor take a name: whoever finds a
   * name in Concur at somebody whom the bridge does not know there yet is held for an admin.
   */
  settled: boolean;
}

/** Somebody new. */
export function newPerson(key: string): Person {
  return {
    key,
    userName: `${key}@example.com`,
    living: true,
    active: true,
    texts: { title: null, department: null, costCenter: null, givenName: key, familyName: 'Example' },
    manager: null,
    groups: new Set(),
    wasActive: true,
    tradesName: false,
    settled: false,
  };
}

/** What groups give a person: entitlements and roles. */
export function givenTo({ groups }: Pick<Person, 'groups'>): readonly string[] {
  const given = [...groups].flatMap((name) => [...GROUPS[name].entitlements, ...(GROUPS[name].roles ?? [])]);
  return [...new Set(given)].sort();
}

/** What people the clients know: a person by their key. */
export type People = Map<string, Person>;

/** The living of them. */
export function living(people: People): readonly Person[] {
  return [...people.values()].filter((person) => person.living);
}
