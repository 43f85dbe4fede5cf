import { SPEND_APPROVER_LIMIT } from '../domain/extensions.ts';
import type { Answer, ProfileRead } from '../domain/ports.ts';
import { extensionOf, select } from '../domain/profile.ts';
import { decodeSpend } from './decode.ts';
import { readService } from './service-read.ts';
import type { Session } from './session.ts';

const USERS = '/profile/spend/v4.1/Users';

/**
 * Reads a user's spend extensions (Spend Extension v4.1, "Retrieving a Spend User"). Limits of approvers
 * are answered for the global group alone unless they are asked for ("Approver Limit Extension"), so that
 * whoever has the extension is asked for them a second time.
 */
export async function readSpend(session: Session, concurId: string): Promise<Answer<ProfileRead>> {
  let hasLimits = false;
  const read = await readService(session, 'spend', USERS, concurId, (user) => {
    hasLimits = user[SPEND_APPROVER_LIMIT] != null;
    return decodeSpend(user);
  });
  if (read.outcome.kind !== 'read' || !hasLimits) return read;
  const query = `?attributes=${SPEND_APPROVER_LIMIT}`;
  const limited = await readService(session, 'spend', USERS, concurId, decodeSpend, query);
  if (limited.outcome.kind !== 'read') return limited;
  const isLimit = (key: string) => extensionOf(key) === SPEND_APPROVER_LIMIT;
  const profile = { ...read.outcome.profile, ...select(limited.outcome.profile, isLimit) };
  return { ...read, outcome: { ...read.outcome, profile } };
}
