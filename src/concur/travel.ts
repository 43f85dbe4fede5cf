import type { Answer, ProfileRead } from '../domain/ports.ts';
import { decodeTravel } from './decode.ts';
import { readService } from './service-read.ts';
import type { Session } from './session.ts';

/** Reads a user's travel extension (Travel User Extension v4, "Retrieve Travel User Data"). */
export function readTravel(session: Session, concurId: string): Promise<Answer<ProfileRead>> {
  return readService(session, 'travel', '/profile/travel/v4/Users', concurId, decodeTravel);
}
