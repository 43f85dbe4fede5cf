import type { Generated } from 'kysely';
import type { Principal } from '../domain/credential.ts';
import type { ApproverKind } from '../domain/lists.ts';
import type { OperationState, RequestState } from '../domain/ports.ts';
import type { Lane, Reason, State } from '../domain/provisioning.ts';

/**
 * The tables as both databases hold them. Times are ms since the epoch, booleans 0 or 1, JSON is
 * text; a column ending in `_key` holds its attribute lower-cased, because SCIM compares it so.
 */
export interface Database {
  connections: ConnectionsTable;
  people: PeopleTable;
  person_emails: PersonValuesTable;
  person_phones: PersonValuesTable;
  provisionings: ProvisioningsTable;
  relations: RelationsTable;
  /** Who lost access, and when they were last counted by the guard. */
  counted_losses: { connection: string; person_id: string; at: number };
  /** Deactivations that Concur has confirmed: the times of acceptance and confirmation. */
  deactivations: { connection: string; person_id: string; accepted_at: number; confirmed_at: number };
  groups: GroupsTable;
  /** `member_id` is what a client said: the id of a person, of a group, or of nobody who is here. */
  group_members: { connection: string; group_id: string; member_id: string };
  group_changes: GroupChangesTable;
  provisioning_requests: ProvisioningRequestsTable;
  operations: OperationsTable;
  extension_results: ExtensionResultsTable;
  tallies: TalliesTable;
  changes: ChangesTable;
  credentials: CredentialsTable;
  scim_tokens: ScimTokensTable;
}

interface ConnectionsTable {
  name: string;
  company_id: string;
  created: number;
  /** The fingerprint of the settings by which everybody was planned; null: that is still to be done. */
  planned_by: string | null;
  /** What Concur's own schemas said so far, as JSON; null: they were not read yet. */
  schemas: string | null;
  /** Whether delivery is switched off; null: it never was, and is on. */
  delivery: 'on' | 'off' | null;
}

interface PeopleTable {
  connection: string;
  id: string;
  resource: string;
  version: number;
  created: number;
  last_modified: number;
  deleted: number | null;
  override: string | null;
  user_name: string;
  user_name_key: string;
  employee_number_key: string | null;
  external_id: string | null;
  external_id_key: string | null;
  display_name_key: string | null;
  manager: string | null;
  active: number;
}

/** How many of the living were created from `since` on for `span` ms. Triggers keep it. */
interface TalliesTable {
  connection: string;
  kind: 'people' | 'groups';
  span: number;
  since: number;
  living: number;
}

/** The values of a multi-valued attribute that people are found by; `type` is lower-cased. */
interface PersonValuesTable {
  connection: string;
  person_id: string;
  type: string | null;
  value_key: string;
}

interface ProvisioningsTable {
  connection: string;
  person_id: string;
  /** A copy of the person's, so that people are listed by state and name from one index. */
  user_name_key: string;
  state: State;
  reason: Reason | null;
  concur_id: string | null;
  applied: string;
  owned: string;
  refused: string;
  candidates: string;
  /** How often each value was confirmed by Concur without being seen there since. */
  confirmed: string;
  /** The losses of access that the guard let through or holds. */
  losses: string;
  /** 1 when Concur is known to hold the person active, else null. */
  has_access: number | null;
  lane: Lane;
  due: number | null;
  attempts: number;
  pending_since: number | null;
  /** Since when access is to be taken away that Concur has not confirmed as taken away. */
  deactivation_since: number | null;
  last_confirmed: number | null;
  last_error: string | null;
  last_request_id: string | null;
  /** Until when a client waits for Concur's verdict. */
  verdict_until: number | null;
  lease_token: string | null;
  lease_until: number | null;
}

/**
 * How a person stands to another. `waits`, `manager`: `target` is a reference, lower-cased; any other kind is what Concur
 * holds for somebody with access, and `target` the UUID of the other there.
 */
interface RelationsTable {
  connection: string;
  person_id: string;
  kind: 'waits' | 'manager' | 'biManager' | ApproverKind;
  target: string;
}

interface GroupsTable {
  connection: string;
  id: string;
  resource: string;
  version: number;
  created: number;
  last_modified: number;
  deleted: number | null;
  display_name_key: string;
  external_id: string | null;
}

interface GroupChangesTable {
  id: Generated<number>;
  connection: string;
  group_id: string;
  at: number;
  actor_kind: 'scim' | 'admin' | 'cli';
  actor_name: string;
  action: 'create' | 'update' | 'delete';
  version: number;
  attributes: string;
  members_added: string;
  members_removed: string;
}

interface ProvisioningRequestsTable {
  connection: string;
  id: string;
  kind: 'user' | 'bulk';
  state: RequestState;
  provision_id: string | null;
  correlation_id: string | null;
  http_status: number | null;
  message: string | null;
  sent_at: number;
  completed_at: number | null;
  next_poll: number | null;
  /** When it was last looked at; null: not yet. */
  looked_at: number | null;
  polls: number;
  lease_token: string | null;
  lease_until: number | null;
}

interface OperationsTable {
  connection: string;
  id: string;
  request_id: string;
  person_id: string;
  method: 'POST' | 'PATCH' | 'DELETE';
  concur_id: string | null;
  difference: string;
  base: string;
  initial: string;
  desired: string;
  state: OperationState;
}

interface ExtensionResultsTable {
  connection: string;
  operation_id: string;
  extension: string;
  completed: number;
  success: number | null;
  result: string;
  code: string | null;
  messages: string;
}

interface ChangesTable {
  id: Generated<number>;
  connection: string;
  person_id: string;
  at: number;
  actor_kind: 'scim' | 'admin' | 'cli';
  actor_name: string;
  action: 'create' | 'update' | 'delete' | 'withdraw' | 'override' | 'lift' | 'retry' | 'release' | 'discard';
  version: number;
  attributes: string;
  reason: string | null;
}

interface CredentialsTable {
  connection: string;
  principal: Principal;
  /** The refresh token, encrypted; null for an application, which has none. */
  sealed: string | null;
  geolocation: string | null;
  /** The scopes that Concur named last, separated by spaces; null when it named none. */
  scopes: string | null;
  /** When the refresh token runs out, as far as it is known. */
  expires_at: number | null;
  /** When Concur last gave out an access token; null: not yet. */
  refreshed_at: number | null;
  /** SHA-256 of the configured value that was last taken over; null when none ever was. */
  seed_hash: string | null;
}

interface ScimTokensTable {
  connection: string;
  id: string;
  name: string;
  /** SHA-256 of the token, in hex. */
  hash: string;
  /** 1 when the token comes from the configuration. */
  configured: number;
  created: number;
  revoked: number | null;
}
