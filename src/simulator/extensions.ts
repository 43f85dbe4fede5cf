import type { Attributes, Message } from './attributes.ts';
import { sameJson } from './attributes.ts';
import { type Change, changed } from './change.ts';
import { SCHEMAS, SPEND_USER, schemaOf, TRAVEL } from './schemas.ts';
import { checkSpend, withoutCircle } from './spend-rules.ts';
import { checkTravel } from './travel-rules.ts';
import type { User } from './users.ts';
import type { World } from './world.ts';

/** The schemas of the spend and travel services, in the order in which they are provisioned. */
export const EXTENSION_SCHEMAS: readonly string[] = [...SCHEMAS].flatMap(([urn, { service }]) =>
  service === 'identity' ? [] : [urn],
);

/** What became of one spend or travel extension; a refusal has changed nothing of it. */
export type ExtensionOutcome =
  | { readonly kind: 'success' | 'no-op' }
  | { readonly kind: 'error'; readonly status: 400 | 403; readonly messages: readonly Message[] };

/** Writes one spend or travel extension of a person whose identity exists. */
export function writeExtension(
  world: World,
  user: User,
  urn: string,
  change: Change,
  scopes: ReadonlySet<string>,
  at: number,
): ExtensionOutcome {
  const { service } = schemaOf(urn);
  const problem = (code: string, message: string): Message => ({
    code,
    message,
    schemaPath: urn,
    type: 'error',
  });
  if (service === 'spend' && !scopes.has('spend.user.general.writeonly')) {
    const message = "Scope 'spend.user.general.writeonly' is required";
    return { kind: 'error', status: 403, messages: [problem('FORBIDDEN', message)] };
  }
  // "The Spend User extension is the required foundation on which the other spend extensions depend."
  if (service === 'spend' && urn !== SPEND_USER && !user.extensions.has(SPEND_USER)) {
    return {
      kind: 'error',
      status: 400,
      messages: [problem('INVALID_VALUE', 'The Spend User does not exist')],
    };
  }
  const held = user.extensions.get(urn);
  const messages: Message[] = [];
  const next = changed(urn, held, change, world, messages);
  if (next)
    messages.push(...(urn === TRAVEL ? checkTravel(next, world) : checkSpend(urn, next, user, world)));
  // "We do not support an empty Spend User extension."
  else if (urn === SPEND_USER) messages.push(problem('INVALID_VALUE', 'The Spend User cannot be removed'));
  if (messages.length > 0) return { kind: 'error', status: 400, messages };
  const kept = urn === SPEND_USER && next ? withoutCircle(next, user, world.users) : next;
  if (sameJson(kept, held)) return { kind: 'no-op' };
  hold(user, urn, kept);
  user.lastModified = at;
  return { kind: 'success' };
}

/** PUT erases what it does not name: every extension but the Spend User goes (v4.spend-user-provisioning.md, "PUT"). */
export function eraseUnnamed(user: User, changes: ReadonlyMap<string, Change>): void {
  for (const urn of EXTENSION_SCHEMAS) {
    if (urn !== SPEND_USER && !changes.has(urn)) user.extensions.delete(urn);
  }
}

function hold(user: User, urn: string, attributes: Attributes | undefined): void {
  if (attributes) user.extensions.set(urn, attributes);
  else user.extensions.delete(urn);
}
