import type { Difference } from './difference.ts';
import { type Extension, SAP, serviceOf } from './extensions.ts';
import { type Granted, QUIET } from './granted.ts';
import { type AttributeKey, extensionOf, select } from './profile.ts';

/** A scope that the company did not grant, with what is left undone without it. */
export interface Lack {
  readonly scope: string;
  /** The first part of the profile that is concerned. */
  readonly extension: Extension;
  /** The whole of it in one sentence, for people. */
  readonly why: string;
}

/** What of a difference may be written. */
export function withinGrant({ set, remove }: Difference, missingFor: Granted['missingFor']): Difference {
  const mayBeWritten = (key: AttributeKey) => missingFor(key) === null;
  return { set: select(set, mayBeWritten), remove: remove.filter(mayBeWritten) };
}

/** The keys of a difference that may not be written, each with the scope that is lacking. */
export function withheldFrom(
  { set, remove }: Difference,
  missingFor: Granted['missingFor'],
): readonly { readonly key: AttributeKey; readonly scope: string }[] {
  return [...Object.keys(set), ...remove].flatMap((key) => {
    const scope = missingFor(key);
    return scope === null ? [] : [{ key, scope }];
  });
}

/**
 * What is lacking to write these keys, one entry a scope; quiet scopes are passed over.
 *
 * @param identityChosen the configuration chose Identity, which writes no other part of the profile
 */
export function lacksOf(
  keys: readonly AttributeKey[],
  missingFor: Granted['missingFor'],
  identityChosen = false,
): readonly Lack[] {
  const byScope = new Map<string, Extension[]>();
  for (const key of keys) {
    const scope = missingFor(key);
    if (scope === null || QUIET.has(scope)) continue;
    byScope.set(scope, [...(byScope.get(scope) ?? []), extensionOf(key)]);
  }
  return [...byScope].flatMap(([scope, extensions]) => {
    const [extension] = extensions;
    const parts = [...new Set(extensions.map(partName))].join(' and ');
    if (extension === undefined) return [];
    const isChosen = identityChosen && serviceOf(extension) !== 'identity';
    const why = isChosen
      ? `writeApi is identity, which does not write ${parts}`
      : notGranted(scope, `${parts} cannot be written`);
    return [{ scope, extension, why }];
  });
}

/** The sentence for people about a scope that is lacking. */
export function notGranted(scope: string, consequence: string): string {
  return `The company did not grant ${scope}: ${consequence}`;
}

function partName(extension: Extension): string {
  if (extension === SAP) return "SAP's global id";
  const service = serviceOf(extension);
  return service === 'identity' ? 'identity' : `the ${service} profile`;
}
