import { type Attributes, isAttributes } from './attributes.ts';
import type { Answer } from './errors.ts';
import { authorize, type Route } from './exchange.ts';
import type { Tokens } from './oauth.ts';
import { ENTERPRISE, TRAVEL } from './schemas.ts';
import { findPerson } from './spend-rules.ts';
import { findRuleClass } from './travel-rules.ts';
import { textOf, type User } from './users.ts';
import type { World } from './world.ts';

/** "Reads private data: CRSName/GDS Sync ID, Travel Name Remark, Gender" (v4.user-provisioning.md, "Scope Usage"). */
const PRIVATE = ['travelCrsName', 'travelNameRemark', 'gender'];

/** The read route of the Travel extension v4 (travel/v4.travel-extension.md). */
export function travelRoutes(world: World, tokens: Tokens): Record<'get', Route> {
  return {
    get(exchange) {
      const scopes = authorize(
        exchange,
        world,
        tokens,
        'travel.user.general.read',
        'travel.user.private.read',
      );
      const user = world.users.get(exchange.param('id'));
      const travel = user?.extensions.get(TRAVEL);
      if (!user || !travel) return travelUserNotFound(exchange.param('id'));
      const shown = Object.entries(presentTravel(world, travel)).filter(([name]) =>
        scopes.has(PRIVATE.includes(name) ? 'travel.user.private.read' : 'travel.user.general.read'),
      );
      return { status: 200, body: { id: user.id, [TRAVEL]: Object.fromEntries(shown) } };
    },
  };
}

// The travel service has an error form of its own ("Error").
function travelUserNotFound(id: string): Answer {
  return { status: 404, body: { errorCode: 'NOT_FOUND', errorMessage: `Travel user '${id}' not found` } };
}

// "Retrieve Travel User Data": the rule class by both keys, every custom field of the company, filled in or not.
function presentTravel({ company, users }: World, travel: Attributes): Attributes {
  const held = structuredClone(travel);
  const ruleClass = isAttributes(held.ruleClass) ? findRuleClass(held.ruleClass, company) : undefined;
  const manager: User | undefined = isAttributes(held.manager) ? findPerson(held.manager, users) : undefined;
  const fields = Array.isArray(held.customFields) ? held.customFields.filter(isAttributes) : [];
  return {
    travelCrsName: null,
    gender: null,
    travelNameRemark: null,
    orgUnit: null,
    groups: [],
    ...held,
    ruleClass: ruleClass ? { name: ruleClass.name, id: ruleClass.id } : null,
    customFields: company.travelCustomFields.map((name) => {
      const value = fields.find((field) => field.name === name)?.value;
      return value === undefined ? { name } : { name, value };
    }),
    manager: manager
      ? { value: manager.id, employeeNumber: textOf(manager, ENTERPRISE, 'employeeNumber') }
      : null,
  };
}
