import { isAllowedConcurUrl } from '../domain/hosts.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import { type Problem, placeOf } from './problem.ts';
import { allowedHosts, baseUrl, interval, SHORTEST_INTERVAL } from './schema.ts';

type IsFromEnvironment = (path: readonly PropertyKey[]) => boolean;

/**
 * The problems of connections that show only when several values are looked at together. Values that
 * are wrong by themselves are left to the schema, so that everything is reported at once.
 */
export function checkConnections(
  connections: JsonValue | undefined,
  isFromEnvironment: IsFromEnvironment,
): readonly Problem[] {
  if (!isJsonObject(connections)) return [];
  return Object.entries(connections).flatMap(([name, connection]) => [
    ...checkName(name),
    ...(isJsonObject(connection)
      ? checkConnection(
          name,
          connection.baseUrl,
          connection.allowedHosts,
          connection.polling,
          isFromEnvironment,
        )
      : []),
  ]);
}

/** The name is part of the SCIM address, `/scim/<name>/v2`; `/scim/v2` is the connection `default`. */
function checkName(name: string): readonly Problem[] {
  if (/^(?!v2$)[a-z\d][a-z\d-]*$/.test(name)) return [];
  const message = 'is no name for a connection: valid are lower-case letters, digits and hyphens, but not v2';
  return [{ path: `connections.${name}`, message }];
}

function checkConnection(
  name: string,
  base: JsonValue | undefined,
  hosts: JsonValue | undefined,
  polling: JsonValue | undefined,
  isFromEnvironment: IsFromEnvironment,
): readonly Problem[] {
  const url = baseUrl.safeParse(base);
  const allowed = allowedHosts.safeParse(hosts ?? []);
  if (!url.success || !allowed.success) return [];
  if (!isAllowedConcurUrl(url.data, allowed.data)) {
    return [
      {
        path: placeOf(['connections', name, 'baseUrl'], isFromEnvironment),
        message: `must be https to a host of SAP Concur (*.concursolutions.com, *.concurcdc.cn), or to one that allowedHosts names${
          isFromEnvironment(['connections', name, 'allowedHosts']) ? ' (CONCUR_ALLOWED_HOSTS)' : ''
        }`,
      },
    ];
  }
  const wait = interval.safeParse(isJsonObject(polling) ? polling.interval : undefined);
  // SAP asks for five seconds or more between two looks; a simulator does not mind.
  if (!wait.success || wait.data >= SHORTEST_INTERVAL || !isAllowedConcurUrl(url.data, [])) return [];
  const path = `connections.${name}.polling.interval`;
  return [{ path, message: 'must be at least 5s: Concur asks not to be polled more often' }];
}
