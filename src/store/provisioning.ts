import type { Kysely } from 'kysely';
import type { ProvisioningStore } from '../domain/ports.ts';
import { commit } from './commit.ts';
import { queueForGrant } from './grants.ts';
import { claim, newcomers, recover, renew } from './leases.ts';
import { lostCreates } from './operations.ts';
import { claims, resolve } from './references.ts';
import { claimPolls, hasten, recordRequest } from './requests.ts';
import type { Database } from './tables.ts';

/** The worker's side of one connection's people. */
export function provisioningStore(db: Kysely<Database>, connection: string): ProvisioningStore {
  return {
    claim: (wanted, limit, lease, now) => claim(db, connection, wanted, limit, lease, now),
    newcomers: (limit, now) => newcomers(db, connection, limit, now),
    renew: (lease) => renew(db, connection, lease),
    recordRequest: (request, lease, now) => recordRequest(db, connection, request, lease, now),
    commit: (step, now) => commit(db, connection, step, now),
    claimPolls: (limit, lease, now) => claimPolls(db, connection, limit, lease, now),
    hasten: (provisionId, now) => hasten(db, connection, provisionId, now),
    recover: (lease, now) => recover(db, connection, lease, now),
    claims: (concurIds) => claims(db, connection, concurIds),
    queueForGrant: (alsoInSync, now) => queueForGrant(db, connection, alsoInSync, now),
    lostCreates: (people) => lostCreates(db, connection, people),
    resolve: (references) => resolve(db, connection, references),
  };
}
