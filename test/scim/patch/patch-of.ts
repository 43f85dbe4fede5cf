import type { JsonObject, JsonValue } from '../../../src/domain/json.ts';

export const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const bridge = 'urn:ietf:params:scim:schemas:extension:concur-bridge:2.0:User';
export const spend = 'urn:ietf:params:scim:schemas:extension:spend:2.0:User';
export const role = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';
export const travel = 'urn:ietf:params:scim:schemas:extension:travel:2.0:User';
/** A person who sends little. */
export const ada: JsonObject = {
  userName: 'ada@example.com',
  emails: [{ value: 'ada@example.com', type: 'work' }],
  [spend]: { testEmployee: true },
};

/** A PATCH of these operations. */
export function patchOf(...list: JsonValue[]): JsonObject {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: list };
}
