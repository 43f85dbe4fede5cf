import type { WriteApi } from './granted.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { LearnedSchemas } from './learned-schemas.ts';
import type { ApproverKind } from './lists.ts';
import type { MemberOf } from './person.ts';
import type { AttributeKey } from './profile.ts';

/** How one connection maps and delivers: the settings that are no secrets. */
export interface ConnectionSettings {
  readonly name: string;
  /** The UUID of the company in Concur; a name stays bound to it. */
  readonly companyId: string;
  /** Where the first token is asked for; Concur's `geolocation` says where everything else goes. */
  readonly baseUrl: string;
  /**
   * Hosts besides SAP's own that tokens may be sent to, as `host` or `host:port`; naming one also
   * permits plain http to it.
   */
  readonly allowedHosts: readonly string[];
  /** The service that writes go to; `auto`: User Provisioning where the company granted its two scopes, else Identity. */
  readonly writeApi: WriteApi | 'auto';
  readonly mapping: MappingSettings;
  readonly polling: { readonly interval: number };
  readonly batching: { readonly operations: number; readonly bytes: number };
  readonly delivery: 'on' | 'off';
  /** How long a write may wait for Concur's verdict on identity, in ms; 0: not at all. */
  readonly verdictWindow: number;
  /** What a SCIM DELETE does in Concur. */
  readonly deletion: 'deactivate' | 'delete';
  /** Whom the connection is for; absent: everybody. */
  readonly scope?: Scope;
  /** What becomes in Concur of somebody whom the bridge provisioned and who leaves the scope. */
  readonly scopeExit: 'deactivate' | 'keep';
  /** How many people may lose access at once; null: any number. */
  readonly deactivationGuard: DeactivationGuard | null;
}

/** Whom a connection is for. */
export interface Scope {
  /** The filter as the configuration has it. */
  readonly filter: string;
  /** It names groups, so that whoever joins or leaves one may come into the scope or leave it. */
  readonly usesGroups: boolean;
  /** Whether a SCIM User, as clients wrote it, is in the scope as a member of these groups. */
  readonly includes: (resource: JsonObject, groups: readonly MemberOf[]) => boolean;
}

/** `scope` of a connection in a configuration file: the scope, or what is wrong with the filter and where in it. */
export type CompileScope = (
  filter: string,
) => { readonly kind: 'scope'; readonly scope: Scope } | { readonly kind: 'wrong'; readonly message: string };

/** More losses of access within a time than one of the limits allows are held for an admin. */
export interface DeactivationGuard {
  /** The most people who may lose access within the time; null: no such limit. */
  readonly people: number | null;
  /** The most of the active people, in per cent, who may lose access within the time; null: no such limit. */
  readonly percent: number | null;
  /** In ms. */
  readonly within: number;
}

/** What the mapping needs beside the person. */
export interface MappingSettings {
  readonly companyId: string;
  /** Values for Concur attributes that no client sends, by attribute key, e.g. `timezone`. */
  readonly defaults: { readonly [key: string]: string | boolean };
  /** Reimbursement currency by ISO 3166 country, before the built-in table. */
  readonly currencies: { readonly [country: string]: string };
  /** What the configuration maps by itself, before the built-in mapping; absent: nothing. */
  readonly attributes?: readonly ConfiguredAttribute[];
  /** What Concur's own schemas said so far; absent, or null: nothing. */
  readonly learned?: () => LearnedSchemas | null;
  /** What groups give to their members; absent: nothing. */
  readonly groups?: GroupAccess;
  /** For what a person's manager becomes their approver; absent or empty: for nothing. */
  readonly managerApproves?: readonly ApproverKind[];
}

/** What groups give to their members. */
export interface GroupAccess {
  /**
   * Whose the lists are that rules give something of: ours together with others who put something there
   * (`additive`), or ours alone, so that whatever nobody here gives is taken away (`exclusive`).
   */
  readonly ownership: 'additive' | 'exclusive';
  /** At least one. Of two that exclude each other the first counts. */
  readonly rules: readonly GroupRule[];
}

/** What the members of a group are given. */
export interface GroupRule {
  readonly group: GroupPattern;
  readonly entitlements: readonly string[];
  readonly roles: readonly GroupRole[];
  /** Ids of travel user groups. */
  readonly travelGroups: readonly number[];
  readonly travelRuleClass: { readonly id: number } | { readonly name: string } | null;
}

/** A spend role, in these groups of Concur's; in none: in the global one. */
export interface GroupRole {
  readonly code: string;
  readonly groups: readonly string[];
}

/** Which groups a rule is about; in `matching`, which is about names, `*` stands for any text. */
export interface GroupPattern {
  readonly by: 'displayName' | 'externalId' | 'matching';
  readonly value: string;
}

/** `groups.rules` of a configuration file, checked; every problem at once, each with its path below it. */
export type CompileGroupRules = (rules: JsonValue) => {
  readonly rules: readonly GroupRule[];
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[];
};

/** An attribute of Concur's that the configuration maps, ready to be worked out for a person. */
export type ConfiguredAttribute =
  /** Nobody's value is sent under this key, nor under what it is the beginning of. */
  | { readonly kind: 'off'; readonly key: AttributeKey; readonly place: string }
  | {
      readonly kind: 'mapped';
      readonly key: AttributeKey;
      /** Asked for, only filling a gap, or the name of a person who is looked up. */
      readonly use: 'asked' | 'initial' | 'reference';
      /** Where it stands, such as `bridge.yaml:12`. */
      readonly place: string;
      /** What its value comes from, in words. */
      readonly source: string;
      /** It is the same for everybody. */
      readonly isConstant?: true;
      /** Works the value out for a SCIM User; never fails. */
      readonly read: (resource: JsonObject) => Reading | Promise<Reading>;
    };

/** What a configured attribute has for a person. */
export type Reading =
  | { readonly kind: 'value'; readonly value: JsonValue; readonly from: 'source' | 'table' | 'default' }
  | { readonly kind: 'nothing' }
  /** There is a value that cannot be sent; why, without the value. */
  | { readonly kind: 'gap'; readonly why: string };

/** `mapping.attributes` of a configuration file. */
export interface MappingSource {
  readonly attributes: JsonObject;
  /** Where something stands, by its path below `attributes`: `bridge.yaml:12`. */
  readonly placeOf: (path: readonly string[]) => string;
  /** What Concur's own schemas said so far; null: they were not read yet. Absent: nobody keeps them. */
  readonly learned?: () => LearnedSchemas | null;
  /** Reads a file that is named relative to the configuration file; throws when it cannot. */
  readonly readFile: (path: string) => string;
}

/** Reads, checks and compiles `mapping.attributes`; every problem at once, each with its path below it. */
export type CompileMapping = (source: MappingSource) => {
  readonly attributes: readonly ConfiguredAttribute[];
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[];
};

/** The secrets of one connection. The refresh token only seeds: the stored, rotated one wins. */
export interface ConnectionSecrets {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string | null;
}
