import { isJsonObject } from '../../domain/json.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The id of the provisioning request that an event says is done ("Concur User Provisioning Event"); null for
 * any other event and for what is no event at all.
 */
export function completedProvision(body: Buffer): string | null {
  const event = parse(body);
  if (!isJsonObject(event) || event.eventType !== 'provisionCompleted') return null;
  const provisionId = isJsonObject(event.facts) ? event.facts.provisionId : undefined;
  return typeof provisionId === 'string' && UUID.test(provisionId) ? provisionId : null;
}

/** The JSON of a body; undefined for anything else, which nobody is to read in a log. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
