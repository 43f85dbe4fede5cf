/** Whom the examples create. */
export const NEWCOMER = 'ada.lovelace@example.com';

/**
 * The `curl` that creates the newcomer, for a POSIX shell.
 *
 * @param scim the SCIM base URL
 */
export function createNewcomer(scim: string, token: string): string {
  const resource = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: NEWCOMER,
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ type: 'work', value: NEWCOMER }],
    locale: 'en-GB',
    addresses: [{ type: 'work', locality: 'London', country: 'GB' }],
    active: true,
  };
  return (
    `curl -s -X POST -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/scim+json' ` +
    `'${scim}/Users' -d '${JSON.stringify(resource)}'`
  );
}
