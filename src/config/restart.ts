import type { Configuration, ConnectionConfiguration } from './configuration.ts';

/** A setting that a running program keeps, by its name in the reference. */
interface Kept<Owner> {
  readonly name: string;
  readonly read: (owner: Owner) => unknown;
}

const OF_PROGRAM: readonly Kept<Configuration>[] = [
  { name: 'server.host', read: ({ server }) => server.host },
  { name: 'server.port', read: ({ server }) => server.port },
  { name: 'server.publicUrl', read: ({ server }) => server.publicUrl },
  { name: 'server.adminToken', read: ({ adminToken }) => adminToken },
  { name: 'server.logLevel', read: ({ logLevel }) => logLevel },
  { name: 'store.url', read: ({ store }) => store.url },
  { name: 'store.secretKey', read: ({ secretKey }) => secretKey.toString('hex') },
];

const OF_CONNECTION: readonly Kept<ConnectionConfiguration>[] = [
  { name: 'connections.<name>.baseUrl', read: ({ baseUrl }) => baseUrl },
  { name: 'connections.<name>.companyId', read: ({ companyId }) => companyId },
  { name: 'connections.<name>.clientId', read: ({ secrets }) => secrets.clientId },
  { name: 'connections.<name>.clientSecret', read: ({ secrets }) => secrets.clientSecret },
  { name: 'connections.<name>.refreshToken', read: ({ secrets }) => secrets.refreshToken },
  { name: 'connections.<name>.allowedHosts', read: ({ allowedHosts }) => allowedHosts.join() },
];

/** The settings that only a restart changes, besides which connections there are. */
export const RESTART_SETTINGS: readonly string[] = [...OF_PROGRAM, ...OF_CONNECTION].map(({ name }) => name);

/**
 * What differs between two configurations and cannot change in a running program: settings by their place in the
 * file, and `connections.NAME` for a connection that comes or goes.
 */
export function needingRestart(before: Configuration, after: Configuration): readonly string[] {
  const named = ({ connections }: Configuration) => new Map(connections.map((one) => [one.name, one]));
  const [old, now] = [named(before), named(after)];
  return [
    ...changed(OF_PROGRAM, before, after),
    ...[...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
      const [left, right] = [old.get(name), now.get(name)];
      if (left === undefined || right === undefined) return [`connections.${name}`];
      return changed(OF_CONNECTION, left, right).map((place) => place.replace('<name>', name));
    }),
  ];
}

function changed<Owner>(kept: readonly Kept<Owner>[], before: Owner, after: Owner): readonly string[] {
  return kept.filter(({ read }) => read(before) !== read(after)).map(({ name }) => name);
}
