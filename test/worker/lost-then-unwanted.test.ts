import { expect, it } from 'vitest';
import { Delivery, resource } from './harness.ts';

const ROLE = 'urn:ietf:params:scim:schemas:extension:spend:2.0:Role';

it('a role that nobody asks for any more is taken away also if the answer to giving it was lost', async () => {
  const delivery = await Delivery.begin();
  const [ada = ''] = await delivery.create(resource('ada'));
  await delivery.reaches(ada, 'in_sync');
  delivery.simulator.faults.add({ kind: 'drop-after', times: 1, match: { method: 'PATCH' } });
  await delivery.change(ada, { [ROLE]: { roles: [{ roleName: 'EXP_APPROVER', roleGroups: [] }] } });
  await delivery.reaches(ada, 'queued', 'outcome_unknown');
  await delivery.decide(ada, ({ person }) => {
    const { [ROLE]: _, ...others } = person.resource;
    return { kind: 'replace', resource: others, changed: [ROLE] };
  });
  await delivery.comesTo(ada, 'in_sync');
  expect(delivery.inConcur('ada')).not.toHaveProperty([ROLE, 'roles', 0]);
});
