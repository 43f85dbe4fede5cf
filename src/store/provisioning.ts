import type { PersonRecord } from '../domain/person.ts';
import type { ProvisioningStore } from '../domain/ports.ts';
import { outsideOf, type ScopeSettings } from '../domain/scope.ts';
import type { Gives } from './access.ts';
import { withApprovals } from './approvers.ts';
import { beingCreated, claims, isGivenUp } from './claims.ts';
import { commit } from './commit.ts';
import { isSwitchedOff } from './delivery-switch.ts';
import { queueForGrant } from './grants.ts';
import { backlog, claim, newcomers, recover, renew } from './leases.ts';
import type { Read } from './list.ts';
import { admitLosses, heldByGuard } from './losses.ts';
import { createsOfLeavers, lostCreates } from './lost-creates.ts';
import { type Memberships, withGroups } from './memberships.ts';
import { recordRequest } from './record-request.ts';
import { loadRecords } from './records.ts';
import { resolve } from './references.ts';
import { claimPolls, hasten } from './requests.ts';

/**
 * The worker's side of one connection's people.
 *
 * @param readApart reads what looks at many
 * @param gives tells which groups give anything; absent: none does, and nobody's groups are looked up
 * @param scope whom the connection is for; absent: everybody
 */
export function provisioningStore(
  place: Memberships,
  readApart: Read,
  gives: Gives | undefined,
  scope: ScopeSettings | undefined,
): ProvisioningStore {
  const { db, connection } = place;
  const known = async (records: readonly PersonRecord[], transaction = db) => {
    const here = { ...place, db: transaction };
    return await withApprovals(here, gives === undefined ? records : await withGroups(here, records));
  };
  return {
    claim: async (wanted, limit, lease, now) =>
      await known(await claim(db, connection, wanted, limit, lease, now)),
    isSwitchedOff: () => isSwitchedOff(db, connection),
    withRelations: (records) => known(records),
    backlog: (limit, now) => backlog(db, connection, limit, now),
    newcomers: async (limit, now) => {
      const found = await newcomers(db, connection, limit, now);
      if (scope?.scope === undefined) return found;
      // Nobody outside the scope is ever searched for.
      const ids = found.map(({ personId }) => personId);
      const records = await known(await loadRecords(db, connection, ids));
      const inside = records.filter((record) => outsideOf(scope, record) === null);
      const insiders = new Set(inside.map(({ person }) => person.id));
      return found.filter(({ personId }) => insiders.has(personId));
    },
    admitLosses: (asked, guard, lease, now) => admitLosses(db, connection, asked, guard, lease, now),
    heldByGuard: () => heldByGuard(db, connection),
    renew: (lease) => renew(db, connection, lease),
    recordRequest: (request, lease, now) => recordRequest(db, connection, request, lease, now),
    commit: (step, now) =>
      commit(db, connection, step, now, async (transaction, ids) =>
        known(await loadRecords(transaction, connection, ids), transaction),
      ),
    claimPolls: (limit, lease, now) => claimPolls(db, connection, limit, lease, now),
    hasten: (provisionId, now) => hasten(db, connection, provisionId, now),
    recover: (lease, now) => recover(db, connection, lease, now),
    beingCreated: (employeeNumbers) => beingCreated(db, connection, employeeNumbers),
    isGivenUp: (personId, keys) => isGivenUp(place, readApart, personId, keys),
    claims: (concurIds) => claims(db, connection, concurIds),
    queueForGrant: (alsoInSync, now) => queueForGrant(db, connection, alsoInSync, now),
    lostCreates: (people) => lostCreates(db, connection, people),
    createsOfLeavers: (keys) => createsOfLeavers(db, connection, keys),
    resolve: (references) => resolve(db, connection, references),
  };
}
