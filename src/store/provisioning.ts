import type { PersonRecord } from '../domain/person.ts';
import type { ProvisioningStore } from '../domain/ports.ts';
import type { Gives } from './access.ts';
import { commit } from './commit.ts';
import { queueForGrant } from './grants.ts';
import { claim, newcomers, recover, renew } from './leases.ts';
import { type Memberships, withGroups } from './memberships.ts';
import { lostCreates } from './operations.ts';
import { loadRecords } from './records.ts';
import { claims, resolve } from './references.ts';
import { withApprovals } from './relations.ts';
import { claimPolls, hasten, recordRequest } from './requests.ts';

/**
 * The worker's side of one connection's people.
 *
 * @param gives tells which groups give anything; absent: none does, and nobody's groups are looked up
 */
export function provisioningStore(place: Memberships, gives: Gives | undefined): ProvisioningStore {
  const { db, connection } = place;
  const known = async (records: readonly PersonRecord[], transaction = db) => {
    const here = { ...place, db: transaction };
    return await withApprovals(here, gives === undefined ? records : await withGroups(here, records));
  };
  return {
    claim: async (wanted, limit, lease, now) =>
      await known(await claim(db, connection, wanted, limit, lease, now)),
    withRelations: (records) => known(records),
    newcomers: (limit, now) => newcomers(db, connection, limit, now),
    renew: (lease) => renew(db, connection, lease),
    recordRequest: (request, lease, now) => recordRequest(db, connection, request, lease, now),
    commit: (step, now) =>
      commit(db, connection, step, now, async (transaction, ids) =>
        known(await loadRecords(transaction, connection, ids), transaction),
      ),
    claimPolls: (limit, lease, now) => claimPolls(db, connection, limit, lease, now),
    hasten: (provisionId, now) => hasten(db, connection, provisionId, now),
    recover: (lease, now) => recover(db, connection, lease, now),
    claims: (concurIds) => claims(db, connection, concurIds),
    queueForGrant: (alsoInSync, now) => queueForGrant(db, connection, alsoInSync, now),
    lostCreates: (people) => lostCreates(db, connection, people),
    resolve: (references) => resolve(db, connection, references),
  };
}
