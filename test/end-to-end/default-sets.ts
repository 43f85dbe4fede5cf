import { ENTERPRISE, SAP } from '../../src/domain/extensions.ts';
import type { JsonObject } from '../../src/domain/json.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const DOMAIN = 'example.com';

/** What an identity provider sends of a person as long as nobody changes its attribute mapping, and how. */
export interface DefaultSet {
  /** As docs/mapping.md calls it. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the POST. */
  readonly resource: JsonObject;
  /** The body of the PATCH that follows, if one does. */
  readonly afterwards?: JsonObject;
  /** What Concur holds of it in the end. */
  readonly expected: {
    readonly email: string;
    readonly employeeNumber: string;
    readonly hasManager: boolean;
    readonly spend: JsonObject;
  };
}
