import type { AttributeReference } from '../registry.ts';

/** The comparison operators of RFC 7644 §3.4.2.2 table 3, except `pr`. */
export const compareOperators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** A comparison operator. */
export type CompareOperator = (typeof compareOperators)[number];

/**
 * A filter, RFC 7644 §3.4.2.2, every path resolved against the schemas. `path` is the canonical path of
 * `reference`; inside a `valuePath` both are relative to its attribute (`type` in `emails[type eq "work"]`).
 *
 * A comparison of a multi-valued attribute is true when it is for one of the values. `ne` is the negation of
 * `eq`: true when no value is equal, and so when there is none. `eq null` is true when there is no value.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly reference: AttributeReference;
      readonly operator: CompareOperator;
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: 'present'; readonly path: string; readonly reference: AttributeReference }
  | {
      readonly kind: 'valuePath';
      readonly path: string;
      readonly reference: AttributeReference;
      readonly filter: Filter;
    };
