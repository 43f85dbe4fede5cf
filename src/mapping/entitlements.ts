import { CORE } from '../domain/extensions.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../domain/json.ts';
import type { Gap } from '../domain/plan.ts';
import { ENTITLEMENTS } from '../scim/catalogue/entitlements.ts';
import { elements, text, trimmed } from './resource.ts';

/** The entitlements as Concur takes them, with those that it does not know. */
export interface Entitlements {
  readonly entitlements: string[];
  readonly gaps: readonly Gap[];
}

/**
 * The entitlements as plain strings: Concur departs from RFC 7643 §4.1.2, where they are objects
 * (Identity v4.1, `entitlements`). What an IdP's value does not say, its display name may.
 */
export function mapEntitlements(resource: JsonObject): Entitlements {
  const named = elements(resource, 'entitlements').map((entitlement) => namesOf(entitlement));
  const known = named.flatMap((names) => names.map(entitlementNamed).find((one) => one !== undefined) ?? []);
  const unknown = named.filter((names) => names.length > 0 && !names.some(entitlementNamed));
  return {
    entitlements: [...new Set(known)],
    gaps: unknown.map(([name]) => ({
      extension: CORE,
      why: `Concur has no entitlement "${name}"; it has ${ENTITLEMENTS.join(', ')}`,
    })),
  };
}

function entitlementNamed(name: string): string | undefined {
  return ENTITLEMENTS.find((known) => known.toLowerCase() === name.toLowerCase());
}

function namesOf(entitlement: JsonValue): readonly string[] {
  const names = isJsonObject(entitlement)
    ? [text(entitlement, 'value'), text(entitlement, 'display')]
    : [trimmed(entitlement)];
  return names.filter((name) => name !== undefined);
}
