import {
  type Granted,
  IDENTITY_WRITE,
  PROVISION_READ,
  PROVISION_WRITE,
  SCOPES,
  type Scope,
  USER_DELETE,
} from '../domain/granted.ts';
import { type Check, failed, ok, warning } from './check.ts';
import type { Examined } from './connection.ts';
import { givenTo } from './token.ts';

/** What has to be done in Concur about a scope that is lacking. */
export const GRANT =
  'Have them allowed for the application in Concur (OAuth 2.0 Application Management, Allowed Scopes), then connect anew.';

/** Wanted only where the configuration says that people are deleted. */
const TO_DELETE: Scope = {
  name: USER_DELETE,
  use: 'write',
  lost: 'nobody is deleted: leavers stay in Concur, deactivated',
};

/** Everybody has values that these guard, and nobody is recognised, created or confirmed without them. */
const ALWAYS: ReadonlySet<string> = new Set([
  IDENTITY_WRITE,
  'identity.user.ids.read',
  'identity.user.core.read',
  'identity.user.coresensitive.read',
  'identity.user.enterprise.read',
]);

/** Whether the scopes are granted that nobody can be provisioned without; the others are named. */
export const scopes: Check<Examined> = {
  id: 'scopes',
  title: 'The company granted the scopes that the bridge needs',
  needs: ['principal'],
  look: async (examined) => {
    const { credential, granted } = await givenTo(examined);
    if (credential.scopes === null)
      return ok('Concur does not name the scopes: all of them count as granted.');
    const has = new Set(credential.scopes);
    const needed = examined.configuration.deletion === 'delete' ? [...SCOPES, TO_DELETE] : SCOPES;
    const missing = needed.filter(({ name }) => !has.has(name));
    if (missing.length === 0) return ok(`All ${needed.length} are granted.`);
    const found = missing.map(({ name, lost }) => `${name}: without it, ${lost}.`).join('\n');
    const isNeeded = missing.some((scope) => isIndispensable(scope, granted, examined));
    return isNeeded ? failed(found, GRANT) : warning(found, GRANT);
  },
};

/** Whether nobody at all can be provisioned without a scope, whatever the mapping asks for. */
function isIndispensable({ name }: Scope, { writeApi }: Granted, { configuration }: Examined): boolean {
  if (name === PROVISION_READ) return writeApi === 'provisioning';
  if (name === PROVISION_WRITE) return configuration.writeApi === 'provisioning';
  return ALWAYS.has(name);
}
