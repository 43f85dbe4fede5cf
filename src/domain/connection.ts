import type { WriteApi } from './granted.ts';

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
  /** The service that writes go to; `auto`: User Provisioning where the company granted its scope, else Identity. */
  readonly writeApi: WriteApi | 'auto';
  readonly mapping: MappingSettings;
  readonly polling: { readonly interval: number };
  readonly batching: { readonly operations: number; readonly bytes: number };
  readonly delivery: 'on' | 'off';
}

/** What the mapping needs beside the person. */
export interface MappingSettings {
  readonly companyId: string;
  /** Values for Concur attributes that no client sends, by attribute key, e.g. `timezone`. */
  readonly defaults: { readonly [key: string]: string | boolean };
  /** Reimbursement currency by ISO 3166 country, before the built-in table. */
  readonly currencies: { readonly [country: string]: string };
}

/** The secrets of one connection. The refresh token only seeds: the stored, rotated one wins. */
export interface ConnectionSecrets {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string | null;
}
