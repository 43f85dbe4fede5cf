import type { Check } from './check.ts';
import { configuration } from './configuration.ts';
import type { Examined } from './connection.ts';
import { company, database, secretKey } from './database.ts';
import { databaseFile, diskSpace } from './database-file.ts';
import { delivery, events, scim, scimToken } from './doors.ts';
import type { Installation } from './installation.ts';
import { mapping, mappingScopes } from './mapping.ts';
import { clock, hosts, reachable } from './network.ts';
import { scopes } from './scopes.ts';
import { schemas, search, writeService } from './services.ts';
import { dataCentre, principal, token, tokenExpiry } from './token.ts';

/** The checks of the installation as a whole, after its configuration was found good, in their order. */
export const INSTALLATION_CHECKS: readonly Check<Installation>[] = [databaseFile, diskSpace, database];

/** The checks of every connection, in their order: what a check needs comes before it. */
export const CONNECTION_CHECKS: readonly Check<Examined>[] = [
  company,
  secretKey,
  hosts,
  reachable,
  clock,
  token,
  principal,
  tokenExpiry,
  dataCentre,
  scopes,
  writeService,
  schemas,
  search,
  mapping,
  mappingScopes,
  scim,
  scimToken,
  events,
  delivery,
];

/** A check without what it looks at. */
export type AnyCheck = Pick<Check<never>, 'id' | 'title' | 'needs'>;

/** Every check, in its order. */
export const CHECKS: readonly AnyCheck[] = [configuration, ...INSTALLATION_CHECKS, ...CONNECTION_CHECKS];
