import type { Service } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { Answer, ProfileRead } from '../domain/ports.ts';
import type { Profile } from '../domain/profile.ts';
import { serviceUser } from './answers.ts';
import { extensionsOfService } from './decode.ts';
import { isConcurError } from './failures.ts';
import type { Session } from './session.ts';

/**
 * Reads a user from a service beside Identity. A 403 means that this connection may not read the
 * service at all: its extensions are unreadable. A 404 means that the user has nothing there yet.
 *
 * @param query what follows the address of the user, with its question mark
 */
export function readService(
  session: Session,
  service: Service,
  users: string,
  concurId: string,
  decode: (user: JsonObject) => Profile,
  query = '',
): Promise<Answer<ProfileRead>> {
  return session.call<ProfileRead>(
    {
      service,
      method: 'GET',
      path: `${users}/${encodeURIComponent(concurId)}${query}`,
      write: false,
      missing: 'Concur does not know this user',
      canMiss: true,
    },
    ({ status, body }) => {
      if (status === 403) return { kind: 'read', profile: {}, unreadable: extensionsOfService(service) };
      if (status === 404 && isConcurError(body)) return { kind: 'read', profile: {}, unreadable: [] };
      const user = serviceUser.safeParse(body);
      if (status !== 200 || !user.success || !isJsonObject(body)) return undefined;
      if (user.data.id !== concurId.toLowerCase()) return undefined;
      return { kind: 'read', profile: decode(body), unreadable: [] };
    },
  );
}
