import type { Message } from './attributes.ts';
import { type Answer, errorAnswer } from './errors.ts';
import { authorize, type Exchange } from './exchange.ts';
import { type IdentityOutcome, notFound } from './identity.ts';
import type { Tokens } from './oauth.ts';
import type { World } from './world.ts';

/** The answer to an identity write that was refused. */
export function identityRefusal(outcome: Extract<IdentityOutcome, { ok: false }>): Answer {
  const messages: Message[] = [...outcome.messages.values()].flat();
  const scimType = outcome.scimType ?? (outcome.status === 400 ? 'invalidValue' : undefined);
  return errorAnswer(outcome.status, { messages, ...(scimType === undefined ? {} : { scimType }) });
}

/** The answer when a person is not in the company. */
export function userNotFound(userId: string): Answer {
  return errorAnswer(404, { messages: [notFound(userId)] });
}

/** Answers `DELETE …/Users/{id}`, which both services offer for the scope `identity.user.delete`. */
export function removeUser(exchange: Exchange, world: World, tokens: Tokens): Answer {
  authorize(exchange, world, tokens, 'identity.user.delete');
  const id = exchange.param('id');
  return world.users.remove(id) ? { status: 204 } : userNotFound(id);
}
