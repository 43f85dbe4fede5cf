import type { JsonObject } from '../../domain/json.ts';

/** A write of one resource as a client asks for it: in a request of its own, or as one operation of a Bulk. */
export type Operation =
  /** `id`: the id that the resource is to have; made by the store when left out. */
  | { readonly method: 'POST'; readonly id?: string; readonly body: JsonObject }
  | {
      readonly method: 'PUT' | 'PATCH';
      readonly id: string;
      readonly body: JsonObject;
      /** The value of `If-Match`, or the `version` of the operation in a Bulk (RFC 7644 §3.14, §3.7). */
      readonly ifMatch: string | undefined;
    }
  | { readonly method: 'DELETE'; readonly id: string; readonly ifMatch: string | undefined };
