import {
  ENTERPRISE,
  SPEND,
  SPEND_APPROVER,
  SPEND_APPROVER_LIMIT,
  SPEND_DELEGATE,
  TRAVEL,
} from './extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { ROLES } from './roles.ts';

/** How a list of objects is taken apart into elements that are owned one by one. */
export interface ObjectList {
  readonly kind: 'objects';
  /** The name that tells an element from the others, of which `taken` are named already. */
  readonly nameOf: (element: JsonObject, taken: ReadonlySet<string>) => string;
  /** What the name of an element says about it; these sub-attributes are no values of their own. */
  readonly told: (name: string) => JsonObject;
  /** Sub-attributes of which one must be there for the element to exist; none: any value makes it exist. */
  readonly essential: readonly string[];
  /** The sub-attribute that names a person whom Concur takes only once in the list. */
  readonly person?: string;
}

/** How a list of plain values is: each value is its own name. */
export interface PlainList {
  readonly kind: 'plain';
  readonly valueOf: (name: string) => JsonValue;
}

/** How the list of roles is: each is held for groups, which are its elements, or for all of them. */
export interface RoleList {
  readonly kind: 'roles';
}

/** How a list is taken apart. */
export type List = ObjectList | PlainList | RoleList;

/** The name of the one approver of a kind who is primary. */
export const PRIMARY = 'primary';

/** One approver of a kind is primary (Spend Approver); the others are told apart by who they are. */
const APPROVERS: ObjectList = {
  kind: 'objects',
  nameOf: ({ primary, approver }, taken) =>
    primary === true && !taken.has(PRIMARY) ? PRIMARY : personName(approver),
  told: (name) => ({ primary: name === PRIMARY }),
  essential: ['approver.value', 'approver.employeeNumber'],
  person: 'approver',
};

const DELEGATES: ObjectList = {
  kind: 'objects',
  nameOf: ({ delegate }) => personName(delegate),
  told: () => ({}),
  essential: ['delegate.value', 'delegate.employeeNumber'],
  person: 'delegate',
};

/** A limit is for a type of approval in a group; no group is the global one (Spend Approver Limit Config). */
const LIMITS: ObjectList = {
  kind: 'objects',
  nameOf: ({ approvalType, approvalGroup }) =>
    typeof approvalGroup === 'string' && approvalGroup !== ''
      ? `${String(approvalType ?? '')}/${approvalGroup}`
      : String(approvalType ?? ''),
  told: (name) => {
    const slash = name.indexOf('/');
    return slash === -1
      ? { approvalType: name }
      : { approvalType: name.slice(0, slash), approvalGroup: name.slice(slash + 1) };
  },
  essential: [],
};

/** What somebody approves ("Approver Extension"): each is a list of its own. */
export const APPROVER_KINDS = [
  'report',
  'request',
  'cashAdvance',
  'invoice',
  'purchaseRequest',
  'statement',
  'budget',
] as const;

/** A kind of approver. */
export type ApproverKind = (typeof APPROVER_KINDS)[number];

/** "Only Report and Request support non-primary approver" (Spend Approver). */
export const KINDS_WITH_FURTHER: readonly ApproverKind[] = ['report', 'request'];

/** What somebody is a delegate for ("Delegate Extension"): each is a list of its own. */
export const DELEGATE_KINDS = ['expense', 'payment', 'purchaseRequest'];

/** What somebody's limits are about ("Spend Approver Limit Config"): each is a list of its own. */
export const LIMIT_KINDS = ['authorizedApprover', 'costObjectApprover'];

/** Lists that are owned element by element, by attribute key; any other list is one value. */
export const LISTS: Readonly<Record<string, List>> = {
  emails: keyedBy('type', 'value'),
  phoneNumbers: {
    ...keyedBy('type', 'value'),
    // Concur takes several mobile numbers, one of them primary; of any other type only one element.
    nameOf: ({ type, value }, taken) => {
      const name = String(type ?? '');
      return name === 'mobile' && taken.has(name) ? `mobile:${String(value)}` : name;
    },
    told: (name) => ({ type: name.startsWith('mobile:') ? 'mobile' : name }),
  },
  addresses: keyedBy('type'),
  entitlements: { kind: 'plain', valueOf: (name) => name },
  [`${ENTERPRISE}:leavesOfAbsence`]: keyedBy('startDate', 'startDate'),
  [`${SPEND}:customData`]: keyedBy('id', 'value'),
  [ROLES]: { kind: 'roles' },
  ...each(SPEND_APPROVER, APPROVERS, APPROVER_KINDS),
  ...each(SPEND_DELEGATE, DELEGATES, DELEGATE_KINDS),
  ...each(SPEND_APPROVER_LIMIT, LIMITS, LIMIT_KINDS),
  [`${TRAVEL}:customFields`]: keyedBy('name', 'value'),
  [`${TRAVEL}:groups`]: { kind: 'plain', valueOf: Number },
};

/** Elements that one sub-attribute tells apart. Where it is all that makes them exist, it is kept as a value. */
function keyedBy(key: string, essential?: string): ObjectList {
  return {
    kind: 'objects',
    nameOf: (element) => String(element[key] ?? ''),
    told: (name): JsonObject => (key === essential ? {} : { [key]: name }),
    essential: essential === undefined ? [] : [essential],
  };
}

function each(extension: string, list: ObjectList, names: readonly string[]): Record<string, ObjectList> {
  return Object.fromEntries(names.map((name) => [`${extension}:${name}`, list]));
}

/** A person by UUID, which Concur answers in either case, else by employee number. */
function personName(reference: JsonValue | undefined): string {
  if (!isJsonObject(reference)) return '';
  const { value, employeeNumber } = reference;
  return typeof value === 'string' ? value.toLowerCase() : String(employeeNumber ?? '');
}
