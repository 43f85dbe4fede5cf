import type { JsonObject } from '../domain/json.ts';
import { assigned, complex, text } from './resource.ts';

/** A name as Concur takes it: what the client sent, and what was only guessed of it. */
export interface Name {
  readonly sent: JsonObject;
  readonly derived: JsonObject;
}

/**
 * The name. Concur requires the given and the family name (User Provisioning, schema of User); what
 * is missing is guessed from the full name. `formatted` is not sent: Concur makes it itself.
 */
export function mapName(resource: JsonObject): Name {
  const name = complex(resource, 'name');
  const given = text(name, 'givenName');
  const family = text(name, 'familyName');
  const full = text(name, 'formatted') ?? text(resource, 'displayName');
  const guess = full === undefined ? {} : splitName(full, given, family);
  return {
    sent: assigned({
      givenName: given,
      familyName: family,
      middleName: text(name, 'middleName'),
      honorificPrefix: text(name, 'honorificPrefix'),
      honorificSuffix: text(name, 'honorificSuffix'),
    }),
    derived: assigned({
      givenName: given === undefined ? guess.given : undefined,
      familyName: family === undefined ? guess.family : undefined,
    }),
  };
}

interface Split {
  readonly given?: string | undefined;
  readonly family?: string | undefined;
}

/** Takes `Jensen, Barbara` and `Barbara Jensen` apart; a known half makes the other one certain. */
function splitName(full: string, given: string | undefined, family: string | undefined): Split {
  if (given !== undefined && full.startsWith(`${given} `)) return { family: full.slice(given.length).trim() };
  if (family !== undefined && full.endsWith(` ${family}`))
    return { given: full.slice(0, -family.length).trim() };
  const comma = full.indexOf(',');
  if (comma !== -1) return named(full.slice(comma + 1), full.slice(0, comma));
  const space = full.lastIndexOf(' ');
  return space === -1 ? { family: full } : named(full.slice(0, space), full.slice(space + 1));
}

function named(given: string, family: string): Split {
  return { given: given.trim() || undefined, family: family.trim() || undefined };
}
