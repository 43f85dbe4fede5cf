import type { Answer, ProfileRead } from '../domain/ports.ts';
import { decodeSpend } from './decode.ts';
import { readService } from './service-read.ts';
import type { Session } from './session.ts';

/** Reads a user's spend extensions (Spend Extension v4.1, "Retrieving a Spend User"). */
export function readSpend(session: Session, concurId: string): Promise<Answer<ProfileRead>> {
  return readService(session, 'spend', '/profile/spend/v4.1/Users', concurId, decodeSpend);
}
