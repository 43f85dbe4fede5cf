import type { ConnectionConfiguration } from './config/configuration.ts';
import { type Granted, grantedBy } from './domain/granted.ts';
import type { PersonRecord } from './domain/person.ts';
import { lacks, missingIn } from './domain/plan.ts';
import type { Description } from './http/connection.ts';
import { deliverable } from './mapping/checks/deliverable.ts';
import { giving } from './mapping/groups/match.ts';
import type { ConnectionStore, Store } from './store/store.ts';
import { wantedOf } from './worker/wanted.ts';

/** A connection with its part of the store, by one configuration: another is another object. */
export interface OpenConnection {
  readonly configuration: ConnectionConfiguration;
  readonly store: ConnectionStore;
  /** What Concur should hold for a person. */
  describe(record: PersonRecord): Promise<Description>;
  /** What may be written, by the scopes that Concur named last. */
  granted(): Promise<Granted>;
}

/** Opens a connection whose name is bound already. */
export function openConnection(store: Store, configured: ConnectionConfiguration): OpenConnection {
  const { name, writeApi } = configured;
  const connection = store.connection(name, giving(configured.mapping.groups), configured);
  const mapping = { ...configured.mapping, learned: connection.schemas.latest };
  const configuration = { ...configured, mapping };
  const granted = async () => {
    const scopes = (await connection.credentials.read())?.scopes ?? null;
    return grantedBy(scopes === null ? null : new Set(scopes), writeApi);
  };
  return {
    configuration,
    store: connection,
    granted,
    describe: async (record) => {
      const { resolve, withRelations } = connection.provisioning;
      const [known = record] = await withRelations([record]);
      const asked = await wantedOf(known, configuration, resolve, await granted());
      const wanted = deliverable(asked, record.provisioning);
      const { profile, initial, waiting, gaps, outside } = wanted;
      return {
        desired: profile,
        initial,
        waitingFor: waiting,
        gaps: [...gaps, ...lacks(record, wanted)],
        missingFor: missingIn(wanted),
        ...(outside === undefined ? {} : { outside }),
      };
    },
  };
}
