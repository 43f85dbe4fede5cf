/** What a client may give to people: a role or an entitlement. `id` is the value that a User then holds. */
export interface CatalogueEntry {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly type?: string;
}
