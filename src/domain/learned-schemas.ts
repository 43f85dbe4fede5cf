import type { Extension } from './extensions.ts';

/** What an attribute holds, as a schema says it (RFC 7643 §2.3); what else a schema may say counts as text. */
export type LearnedType = 'string' | 'boolean' | 'integer' | 'decimal' | 'complex';

/** An attribute as Concur's own schemas describe it (RFC 7643 §7). Whether they call it required is not kept. */
export interface LearnedAttribute {
  readonly name: string;
  readonly type: LearnedType;
  readonly multiValued: boolean;
  readonly mutability: 'readWrite' | 'readOnly' | 'immutable' | 'writeOnly';
  readonly canonicalValues: readonly string[];
  /** Of a complex attribute. */
  readonly subAttributes: readonly LearnedAttribute[];
}

/** The attributes of Concur's profile, by extension, as Concur's own schemas describe them. */
export type LearnedSchemas = { readonly [Urn in Extension]?: readonly LearnedAttribute[] };

/**
 * What is known after another look at Concur's schemas. Nothing that was known is forgotten, so that a configuration
 * that could be used stays usable whatever Concur answers; where both describe an attribute, the newer one counts,
 * with the values of both.
 */
export function learnMore(before: LearnedSchemas | null, now: LearnedSchemas): LearnedSchemas {
  const all = { ...before, ...now };
  return Object.fromEntries(
    // Object.entries forgets that the names are extensions.
    (Object.keys(all) as Extension[]).map((urn) => [urn, bothOf(before?.[urn] ?? [], now[urn] ?? [])]),
  );
}

function bothOf(
  before: readonly LearnedAttribute[],
  now: readonly LearnedAttribute[],
): readonly LearnedAttribute[] {
  const known = new Map(before.map((attribute) => [attribute.name, attribute]));
  for (const attribute of now) {
    const former = known.get(attribute.name);
    known.set(attribute.name, former === undefined ? attribute : merged(former, attribute));
  }
  return [...known.values()];
}

function merged(before: LearnedAttribute, now: LearnedAttribute): LearnedAttribute {
  return {
    ...now,
    canonicalValues: [...new Set([...before.canonicalValues, ...now.canonicalValues])],
    subAttributes: bothOf(before.subAttributes, now.subAttributes),
  };
}
