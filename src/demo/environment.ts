import { randomBytes } from 'node:crypto';
import type { Simulator } from '../simulator/simulator.ts';

/** The variables that a bridge needs to work against a simulated company. */
export type BridgeEnvironment = Readonly<
  Record<
    | 'CONCUR_BASE_URL'
    | 'CONCUR_COMPANY_ID'
    | 'CONCUR_CLIENT_ID'
    | 'CONCUR_CLIENT_SECRET'
    | 'CONCUR_REFRESH_TOKEN'
    | 'CONCUR_ALLOWED_HOSTS'
    | 'BRIDGE_SECRET_KEY'
    | 'BRIDGE_SCIM_TOKEN'
    | 'BRIDGE_ADMIN_TOKEN',
    string
  >
>;

/** The environment for a bridge against `simulator`, with a key and tokens that are made anew each time. */
export function environmentFor({ url, company }: Pick<Simulator, 'url' | 'company'>): BridgeEnvironment {
  return {
    CONCUR_BASE_URL: url,
    CONCUR_COMPANY_ID: company.id,
    CONCUR_CLIENT_ID: company.clientId,
    CONCUR_CLIENT_SECRET: company.clientSecret,
    CONCUR_REFRESH_TOKEN: company.refreshToken,
    CONCUR_ALLOWED_HOSTS: new URL(url).host,
    BRIDGE_SECRET_KEY: randomBytes(32).toString('hex'),
    BRIDGE_SCIM_TOKEN: randomBytes(24).toString('base64url'),
    BRIDGE_ADMIN_TOKEN: randomBytes(24).toString('base64url'),
  };
}
