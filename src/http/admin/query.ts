import type { Request } from 'express';
import { z } from 'zod';
import { REQUEST_STATES } from '../../domain/ports.ts';
import { REASONS, type Reason, STATES } from '../../domain/provisioning.ts';
import { invalidValue } from '../../scim/error.ts';

const limit = z.coerce.number().int().min(1).max(200).default(50);
const cursor = z.string().optional();
// Object.keys knows no closed lists.
const reasons = Object.keys(REASONS) as Reason[];

function oneOf<const Value extends string>(values: readonly Value[]) {
  return z.enum(values, { error: `must be one of ${values.join(', ')}` });
}

/** The query of `users`. */
export const usersQuery = z
  .object({
    state: oneOf(STATES).optional(),
    reason: oneOf(reasons).optional(),
    search: z.string().min(1).optional(),
    cursor,
    limit,
  })
  .refine(({ search, cursor, reason }) => search === undefined || (cursor ?? reason) === undefined, {
    path: ['search'],
    error: 'goes with state and limit only',
  });

/** The query of `holds`. */
export const holdsQuery = z.object({ reason: oneOf(['ambiguous', 'guard']).optional(), cursor, limit });

/** The query of `requests`. */
export const requestsQuery = z.object({
  state: oneOf(REQUEST_STATES).optional(),
  user: z.string().min(1).optional(),
  cursor,
  limit,
});

/** The query of `changes`. */
export const changesQuery = z.object({ user: z.string().min(1).optional(), cursor, limit });

/** The body of a release. */
export const releasing = z.object({ concurId: z.string().trim().min(1) });

const reason = z.string().trim().min(1).max(500);

/** The body of an offboarding. */
export const offboarding = z.object({ reason });

/** The body of a decision about people whom the guard holds: some of them, or all. */
export const judging = z
  .object({
    users: z.array(z.string().min(1)).min(1).max(200).optional(),
    all: z.literal(true).optional(),
    reason: reason.optional(),
  })
  .refine(({ users, all }) => (users === undefined) !== (all === undefined), {
    path: ['users'],
    error: 'must be there, or all: true in its place',
  });

/** The body that turns the delivery switch. */
export const switching = z.strictObject({ delivery: oneOf(['on', 'off']) });

/** A query that every request may have. */
const COMMON = ['connection'];

/**
 * Reads the query of a list. Fails like `parse`, and for a parameter that the list does not know: passed over, it would
 * leave the list longer than was asked for.
 */
export function parseQuery<Schema extends z.ZodObject>(
  schema: Schema,
  query: Request['query'],
): z.output<Schema> {
  const known = [...Object.keys(schema.shape), ...COMMON];
  const unknown = Object.keys(query).filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw invalidValue(`${unknown.join(', ')}: not known here; known are ${known.join(', ')}`);
  }
  return parse(schema, query);
}

/** Reads a query or body. Fails with ScimError 400 that names every field in error and what would be valid. */
export function parse<Schema extends z.ZodType>(schema: Schema, source: unknown): z.output<Schema> {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw invalidValue(problems.join('; '));
}
