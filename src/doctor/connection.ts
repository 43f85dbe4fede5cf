import { createProbe, type Probe, type TokenFound } from '../concur/probe.ts';
import { type Reached, reach } from '../concur/reach.ts';
import type { ConnectionConfiguration } from '../config/configuration.ts';
import type { Credential } from '../domain/credential.ts';
import { EVERYTHING } from '../domain/granted.ts';
import { isAllowedConcurUrl } from '../domain/hosts.ts';
import type { Log } from '../domain/log.ts';
import type { Wanted } from '../domain/plan.ts';
import { giving } from '../mapping/groups/match.ts';
import type { ConnectionStore } from '../store/store.ts';
import { wantedOf } from '../worker/wanted.ts';
import type { Installation } from './installation.ts';
import { once } from './once.ts';

/** A person of the directory with what the mapping makes of them. */
export interface Sampled {
  /** The SCIM id. */
  readonly id: string;
  readonly wanted: Wanted;
}

/** Real people, and how many there are altogether. */
export interface Sample {
  readonly total: number;
  readonly people: readonly Sampled[];
}

/** A place that Concur's tokens are sent to, and whether it was reached. */
export interface Place {
  readonly url: string;
  readonly reached: Reached;
}

/** One connection, with what several checks want to know of it: each is found out once. */
export interface Examined {
  readonly configuration: ConnectionConfiguration;
  readonly installation: Installation;
  /** The connection's part of the database; nothing may be stored in it before its company is bound. */
  readonly store: () => Promise<ConnectionStore>;
  /** What is stored, before a token is asked for. Rejects with `SecretKeyError` under another key. */
  readonly stored: () => Promise<Credential | null>;
  /** The base URL, and where the company was found to be the last time; hosts that are not allowed are not asked. */
  readonly places: () => Promise<readonly Place[]>;
  /** A token, asked for in earnest. */
  readonly token: () => Promise<TokenFound>;
  readonly probe: () => Promise<Probe>;
  readonly sample: () => Promise<Sample>;
  close(): Promise<void>;
}

/** How many people the mapping is tried on. */
const SAMPLE = 200;

/** How long an address may take to answer, in ms. */
const TIMEOUT = 15_000;

const SILENT: Log = { info() {}, warn() {}, error() {} };

/** Takes up a connection of an installation. */
export function examinedOf(configuration: ConnectionConfiguration, installation: Installation): Examined {
  const { clock, newId } = installation.surroundings;
  const { baseUrl, allowedHosts, mapping, secrets, name } = configuration;
  const store = once(async () =>
    (await installation.store()).connection(name, giving(mapping.groups), configuration),
  );
  const stored = once(async () => await (await store.get()).credentials.read());
  const probe = once(async () => {
    const { credentials } = await store.get();
    const settings = configuration;
    return createProbe({ settings, secrets, credentials, clock, newId, log: SILENT, timeout: TIMEOUT });
  });
  const token = once(async () => {
    // As every start does, so that the token is judged that the next start would use.
    await (await store.get()).credentials.seedRefreshToken(secrets.refreshToken);
    return await (await probe.get()).token();
  });
  const places = once(async () => {
    const known = (await stored.get())?.geolocation ?? baseUrl;
    const urls = [...new Set([baseUrl, known])].filter((url) => isAllowedConcurUrl(url, allowedHosts));
    return await Promise.all(
      urls.map(async (url) => ({
        url,
        reached: await reach(url, { allowedHosts, clock, timeout: TIMEOUT }),
      })),
    );
  });
  const sample = once(async (): Promise<Sample> => {
    const { directory, provisioning } = await store.get();
    const paging = { kind: 'index', startIndex: 1, count: SAMPLE } as const;
    const { total, items } = await directory.list({ filter: null, sort: null, paging });
    const records = await Promise.all(items.map(({ person }) => directory.record(person.id)));
    const known = await provisioning.withRelations(records.filter((record) => record !== null));
    const people = known.map(async (record) => ({
      id: record.person.id,
      wanted: await wantedOf(record, configuration, provisioning.resolve, EVERYTHING),
    }));
    return { total, people: await Promise.all(people) };
  });
  return {
    configuration,
    installation,
    store: store.get,
    stored: stored.get,
    places: places.get,
    token: token.get,
    probe: probe.get,
    sample: sample.get,
    close: async () => {
      const one = await probe.begun()?.catch(() => null);
      await one?.close();
    },
  };
}
