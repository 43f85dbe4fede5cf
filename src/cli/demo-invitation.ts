import type { SeenPerson } from '../demo/admin.ts';
import type { Demo } from '../demo/demo.ts';
import { concurBridgeUserSchema } from '../scim/schemas/concur-bridge-user.ts';
import { colour } from './colour.ts';
import { environmentBlock } from './environment-block.ts';
import { createNewcomer, NEWCOMER } from './newcomer.ts';

const LEAVER = 'astrid.hallgren@example.com';

/**
 * What can be tried while the demonstration stays up; every line works when it is pasted into a POSIX shell.
 *
 * @param people everybody as the bridge sees them
 */
export function demoInvitation(
  { url, simulatorUrl, environment }: Demo,
  people: readonly SeenPerson[],
): string {
  const leaver = people.find(({ userName }) => userName === LEAVER);
  const scim = `${url}/scim/v2`;
  const asClient = `-H 'Authorization: Bearer ${environment.BRIDGE_SCIM_TOKEN}'`;
  const asAdmin = `-H 'Authorization: Bearer ${environment.BRIDGE_ADMIN_TOKEN}'`;
  const json = `-H 'Content-Type: application/scim+json'`;
  const leave = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
  };
  const steps: readonly (readonly [what: string, line: string])[] = [
    ['List people, as an identity provider does', `curl -s ${asClient} '${scim}/Users?startIndex=1&count=2'`],
    [
      'Find somebody: what the identity provider wrote, and how far the bridge is with it',
      `curl -sG ${asClient} '${scim}/Users' --data-urlencode 'filter=userName eq "${LEAVER}"'`,
    ],
    ['See everything about them, as an admin', `curl -s ${asAdmin} '${url}/api/v1/users/${LEAVER}'`],
    ['Create somebody', createNewcomer(scim, environment.BRIDGE_SCIM_TOKEN)],
    [
      'and see how far they are',
      `curl -sG ${asClient} '${scim}/Users' --data-urlencode 'filter=userName eq "${NEWCOMER}"' --data-urlencode 'attributes=userName,${concurBridgeUserSchema.id}'`,
    ],
    [
      `Deactivate ${LEAVER}, as Entra does`,
      `curl -s -X PATCH ${asClient} ${json} '${scim}/Users/${leaver?.id}' -d '${JSON.stringify(leave)}'`,
    ],
    ['Look at what the simulated Concur holds', `curl -s '${simulatorUrl}/simulator/state'`],
  ];
  return [
    `\n${colour('bold', 'Your turn')}`,
    `  SCIM base URL  ${scim}`,
    `  SCIM token     ${environment.BRIDGE_SCIM_TOKEN}`,
    `  admin API      ${url}/api/v1`,
    `  admin token    ${environment.BRIDGE_ADMIN_TOKEN}`,
    ...steps.map(([what, line]) => `\n${colour('dim', `# ${what}`)}\n${line}`),
    `\n${colour('dim', '# Other commands on the same database, in a second terminal; port 0 lets a second serve take any free one')}`,
    environmentBlock({ ...environment, BRIDGE_PORT: '0' }),
    `npm run bridge -- status ${LEAVER}`,
    `npm run bridge -- offboard ${LEAVER} --reason 'Contract ended'`,
    '\nCtrl-C ends everything and removes the database.',
  ].join('\n');
}
