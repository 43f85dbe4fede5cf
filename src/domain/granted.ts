import { CORE, ENTERPRISE, type Extension, SAP, SPEND, serviceOf, TRAVEL } from './extensions.ts';
import { type AttributeKey, extensionOf } from './profile.ts';

/** The service that writes go to: User Provisioning, or Identity v4.1, which knows core and enterprise only. */
export type WriteApi = 'provisioning' | 'identity';

/** A scope of Concur's with what is lost where a company does not grant it. */
export interface Scope {
  readonly name: string;
  /** `write`: without it values cannot be sent; `read`: what Concur holds cannot be seen. */
  readonly use: 'write' | 'read';
  /** What the bridge cannot do without it, as the end of "Without it, …". */
  readonly lost: string;
}

export const PROVISION_WRITE = 'user.provision.write';
export const PROVISION_READ = 'user.provision.read';
export const IDENTITY_WRITE = 'identity.user.coreenterprise.writeonly';
export const EXTERNAL_ID_WRITE = 'identity.user.externalID.writeonly';
export const VERIFIED_WRITE = 'identity.user.emails.verified.writeonly';
export const SAP_WRITE = 'identity.user.sap.writeonly';
/** SAP advises against it: only for users without transactions. Needed where `deletion` is `delete` alone. */
export const USER_DELETE = 'identity.user.delete';
export const SPEND_WRITE = 'spend.user.general.writeonly';

/** Every scope that the bridge makes use of (User Provisioning, "Scopes"; Identity v4 Scope Mapping). */
export const SCOPES: readonly Scope[] = [
  write(
    PROVISION_WRITE,
    'only identity can be written, through the Identity API: no spend and no travel profile',
  ),
  read(
    PROVISION_READ,
    'what becomes of a provisioning request is not learned, so that only identity can be written, through the Identity API',
  ),
  write(IDENTITY_WRITE, 'nobody can be created, changed or deactivated'),
  write(EXTERNAL_ID_WRITE, 'externalId is left out'),
  write(VERIFIED_WRITE, 'whether an e-mail address is verified is left out'),
  write(SAP_WRITE, "SAP's global id of a person is left out"),
  write(SPEND_WRITE, 'no spend profile is written: no country, currency, roles, approvers or custom fields'),
  read('identity.user.ids.read', 'people who are in Concur already are not recognised'),
  read('identity.user.core.read', 'names and the like are sent without knowing what Concur holds'),
  read('identity.user.coresensitive.read', 'e-mail addresses, phone numbers and addresses are not seen'),
  read('identity.user.enterprise.read', 'the employee number and the manager are not seen'),
  read('identity.user.sap.read', "SAP's global id of a person is not seen"),
  read('spend.user.general.read', 'spend profiles are not seen: lists in them are left as they are'),
  read('travel.user.general.read', 'travel profiles are not seen: lists in them are left as they are'),
];

/** What the token of a connection lets the bridge do. */
export interface Granted {
  readonly writeApi: WriteApi;
  /** The configuration chose Identity, whatever is granted: spend and travel are left out on purpose. */
  readonly identityChosen: boolean;
  /** The scopes that are lacking to see what Concur holds. */
  readonly unreadable: readonly string[];
  /** The scope that is lacking to write a value; null when it may be written. */
  readonly missingFor: (key: AttributeKey) => string | null;
  /** The scope that is lacking to delete a user; null when that may be done. */
  readonly missingToDelete: string | null;
}

/** Everything may be written: what is believed until Concur has named the scopes of a token. */
export const EVERYTHING: Granted = {
  writeApi: 'provisioning',
  identityChosen: false,
  unreadable: [],
  missingFor: () => null,
  missingToDelete: null,
};

/**
 * What may be written with these scopes.
 *
 * @param scopes null: Concur did not name any
 * @param writeApi `auto`: User Provisioning where its scopes are granted, else Identity: without that for reading
 *   nothing could ever be confirmed
 */
export function grantedBy(scopes: ReadonlySet<string> | null, writeApi: WriteApi | 'auto'): Granted {
  const has = (scope: string) => scopes === null || scopes.has(scope);
  const needsIdentity = [PROVISION_WRITE, PROVISION_READ].find((scope) => !has(scope));
  const api = writeApi !== 'auto' ? writeApi : needsIdentity === undefined ? 'provisioning' : 'identity';
  const needed = (key: AttributeKey): readonly string[] => [
    ...(serviceOf(extensionOf(key)) === 'identity' ? [] : [PROVISION_WRITE]),
    ...scopesOf(extensionOf(key), key),
  ];
  return {
    writeApi: api,
    identityChosen: writeApi === 'identity',
    unreadable: SCOPES.filter(({ name, use }) => use === 'read' && !has(name)).map(({ name }) => name),
    missingFor: (key) => {
      if (api === 'identity' && serviceOf(extensionOf(key)) !== 'identity') {
        return needsIdentity ?? PROVISION_WRITE;
      }
      return needed(key).find((scope) => !has(scope)) ?? null;
    },
    missingToDelete: has(USER_DELETE) ? null : USER_DELETE,
  };
}

/** A key for each of the scopes that writing takes. */
const PROBES: readonly AttributeKey[] = [
  'userName',
  'externalId',
  'emails[work].verified',
  `${SAP}:userUuid`,
  `${SPEND}:country`,
  `${TRAVEL}:ruleClass`,
];

/** The scopes that are lacking to write something, none twice. */
export function lackingScopes({ missingFor }: Pick<Granted, 'missingFor'>): readonly string[] {
  const missing = PROBES.map(missingFor).filter((scope) => scope !== null);
  return [...new Set(missing)];
}

/** Scopes whose lack leaves attributes out without a word about each person: the rest of the person is whole. */
export const QUIET: ReadonlySet<string> = new Set([EXTERNAL_ID_WRITE, VERIFIED_WRITE]);

/** Whether people who rest for another reason than a scope to write may gain by this one: it is quiet, or for reading. */
export function isLookedFor(scope: string): boolean {
  return QUIET.has(scope) || SCOPES.some(({ name, use }) => name === scope && use === 'read');
}

function scopesOf(extension: Extension, key: AttributeKey): readonly string[] {
  if (key === 'externalId') return [EXTERNAL_ID_WRITE];
  if (/^emails\[[^\]]*\]\.verified$/.test(key)) return [VERIFIED_WRITE];
  if (extension === CORE || extension === ENTERPRISE) return [IDENTITY_WRITE];
  if (extension === SAP) return [SAP_WRITE];
  // No scope of its own is documented for writing travel profiles.
  return serviceOf(extension) === 'spend' ? [SPEND_WRITE] : [];
}

function write(name: string, lost: string): Scope {
  return { name, use: 'write', lost };
}

function read(name: string, lost: string): Scope {
  return { name, use: 'read', lost };
}
