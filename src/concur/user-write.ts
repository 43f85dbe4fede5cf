import { applyDifference, isDeactivation, isEmpty, restrict } from '../domain/difference.ts';
import { serviceOf } from '../domain/extensions.ts';
import { PROVISION_WRITE, type WriteApi } from '../domain/granted.ts';
import type { Answer, IdentityConfirmed, OutgoingOperation } from '../domain/ports.ts';
import { extensionOf, select } from '../domain/profile.ts';
import { userWritten } from './answers.ts';
import { encodePatchBody, encodeUser } from './encode.ts';
import type { ServiceCall, Session } from './session.ts';
import { final } from './token-refusal.ts';

/** Where each service has its users, and what a 404 there means for a create. */
const SERVICES = {
  provisioning: {
    users: '/profile/v4/Users',
    missing: 'Concur does not offer the User Provisioning Service at this address',
  },
  identity: {
    users: '/profile/identity/v4.1/Users',
    missing: 'Concur does not offer the Identity service at this address',
  },
} as const;

/**
 * Sends one operation to `/Users` of a service: the identity part is done when Concur answers (User Provisioning,
 * "Create a new user", "Update a user"; Identity v4.1, "Create a User's Identity Profile with POST", "Update a
 * User's Identity Profile with PATCH"). A success that does not name the user is unknown. To Identity only the
 * identity part is sent, and an operation without one not at all.
 */
export async function writeUser(
  session: Session,
  api: WriteApi,
  operation: OutgoingOperation,
): Promise<Answer<IdentityConfirmed>> {
  const sent = api === 'identity' ? identityPart(operation) : operation;
  if (isEmpty(sent.difference)) {
    const outcome = final(`Spend and travel profiles cannot be written without the scope ${PROVISION_WRITE}`);
    return { outcome, correlationId: session.newId(), httpStatus: null };
  }
  const { concurId } = sent;
  return session.call<IdentityConfirmed>(writeCall(api, sent), ({ status, body }) => {
    // A create is answered with 201 by User Provisioning, and with 200 by the API description of Identity.
    if (status !== 200 && status !== 201) return undefined;
    const written = userWritten.safeParse(body);
    if (!written.success || (concurId !== null && written.data.id !== concurId.toLowerCase()))
      return undefined;
    const { id, meta } = written.data;
    // Identity works at once: nothing goes on after its answer.
    const provisionId = api === 'identity' ? null : meta?.provisionId || null;
    return { kind: 'identity_confirmed', concurId: id, provisionId };
  });
}

/** "Identity API only supports the provisioning of identity profile data" (User Provisioning). */
function identityPart(operation: OutgoingOperation): OutgoingOperation {
  return {
    ...operation,
    base: select(operation.base, (key) => serviceOf(extensionOf(key)) === 'identity'),
    difference: restrict(operation.difference, (extension) => serviceOf(extension) === 'identity'),
  };
}

function writeCall(
  service: WriteApi,
  { method, concurId, base, difference }: OutgoingOperation,
): ServiceCall {
  const { users, missing } = SERVICES[service];
  const common = { service, write: true, urgent: isDeactivation(difference) } as const;
  if (method === 'PATCH' && concurId !== null) {
    return {
      ...common,
      method,
      path: `${users}/${encodeURIComponent(concurId)}`,
      body: encodePatchBody(base, difference),
      missing: 'Concur does not know this user',
      canMiss: true,
    };
  }
  const body = encodeUser(applyDifference(base, difference));
  return { ...common, method: 'POST', path: users, body, missing, canMiss: false };
}
