import type { Provision, Provisions } from './provisions.ts';
import type { World } from './world.ts';

/** An endpoint that is subscribed to completion events (ess/v4.event-subscription.markdown). */
export interface EventSubscription {
  readonly url: string;
  /** Makes the header `Concur-Signature` of a body. */
  sign(body: Buffer): string;
}

/**
 * Makes the delivery of completion events: it posts one for each completed request, at least once, and keeps
 * what could not be delivered for its next call. Rejects when the endpoint cannot be reached.
 */
export function createEvents(
  world: World,
  provisions: Provisions,
  subscription: EventSubscription | undefined,
): () => Promise<void> {
  const delivered = new Set<string>();
  return async () => {
    if (subscription === undefined) return;
    provisions.settle();
    for (const id of [...provisions.all.keys()]) {
      const provision = provisions.get(id);
      if (provision?.completed === undefined || delivered.has(id)) continue;
      const body = Buffer.from(JSON.stringify(eventOf(world, provision)));
      const response = await fetch(subscription.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'concur-signature': subscription.sign(body) },
        body,
      });
      await response.body?.cancel();
      if (!isRetried(response.status)) delivered.add(id);
    }
  };
}

/** "Requests will be re-tried when the subscriber endpoint responds with […] 5xx, 401, 403, or 429." */
function isRetried(status: number): boolean {
  return status >= 500 || status === 401 || status === 403 || status === 429;
}

/** The event of event-topics/user-provisioning/v4.user-provisioning-events.md. */
function eventOf(world: World, { id, correlationId, operations }: Provision): Record<string, unknown> {
  return {
    id: world.newId(),
    correlationId,
    eventType: 'provisionCompleted',
    topic: 'public.concur.user.provisioning',
    timeStamp: new Date(world.now()).toISOString(),
    subtopic: world.company.id,
    facts: {
      originator: 'com.concur.provisioning',
      provisionId: id,
      provisionStatusHref: `${world.baseUrl()}/provisioning/v4/provisions/${id}/status`,
      success: operations.every(({ success }) => success === true),
    },
    groups: null,
    scopes: null,
    data: '',
  };
}
