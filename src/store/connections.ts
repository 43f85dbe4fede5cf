import type { Store } from './store.ts';

/** Whether a connection's name now stands for the company asked for. */
export type Binding =
  | { readonly kind: 'bound' }
  | { readonly kind: 'bound_to_another'; readonly companyId: string };

/**
 * Binds a connection's name to a company for ever: everything stored under the name is about that
 * company, and must never be sent to another. Must be called before anything is written for the
 * connection.
 *
 * @param companyId the company's UUID in Concur
 */
export async function bindConnection(store: Store, name: string, companyId: string): Promise<Binding> {
  return await store.db.transaction().execute(async (transaction): Promise<Binding> => {
    const bound = await transaction
      .selectFrom('connections')
      .select('company_id')
      .where('name', '=', name)
      .executeTakeFirst();
    if (bound === undefined) {
      await transaction
        .insertInto('connections')
        .values({ name, company_id: companyId, created: store.clock(), planned_by: null })
        .execute();
      return { kind: 'bound' };
    }
    // A UUID has no case (RFC 9562 §4).
    return bound.company_id.toLowerCase() === companyId.toLowerCase()
      ? { kind: 'bound' }
      : { kind: 'bound_to_another', companyId: bound.company_id };
  });
}
