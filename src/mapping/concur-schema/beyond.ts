import { shortName } from '../../domain/attribute-name.ts';
import { EXTENSIONS } from '../../domain/extensions.ts';
import type { LearnedSchemas } from '../../domain/learned-schemas.ts';
import { keyOf } from '../../domain/profile.ts';
import { faultOf } from '../checks/rules.ts';
import { READ_ONLY, schemaWith } from './learned.ts';
import { CONCUR_SCHEMA } from './schema.ts';

/** What Concur's own schemas have and the built-in one lacks, in the configuration's words. */
export interface Beyond {
  /** Attributes, or elements of lists, that can be mapped: `spend:costObject`, `emails[work3]`. */
  readonly attributes: readonly string[];
  /** Values that a known attribute takes as well: `spend:reimbursementType NEW_PAY`. */
  readonly values: readonly string[];
  /** Attributes that this version cannot map, each with why; those that are read-only are left out. */
  readonly others: readonly string[];
}

/** What Concur's own schemas have beyond the built-in one. */
export function beyondBuiltIn(learned: LearnedSchemas): Beyond {
  const attributes: string[] = [];
  const values: string[] = [];
  const others: string[] = [];
  const schema = schemaWith(learned);
  for (const urn of EXTENSIONS) {
    for (const [local, { notWritable, further = [] }] of Object.entries(schema[urn].attributes)) {
      const key = keyOf(urn, local);
      if (Object.hasOwn(CONCUR_SCHEMA[urn].attributes, local)) {
        const taken = further.filter((value) => faultOf(key, value) !== null);
        values.push(...taken.map((value) => `${shortName(key)} ${value}`));
      } else if (notWritable === undefined) attributes.push(shortName(key));
      else if (notWritable !== READ_ONLY) others.push(`${shortName(key)} (${notWritable})`);
    }
    for (const [local, { further = [] }] of Object.entries(schema[urn].lists)) {
      attributes.push(...further.map((name) => `${shortName(keyOf(urn, local))}[${name}]`));
    }
  }
  return { attributes, values, others };
}
