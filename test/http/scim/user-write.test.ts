import { expect, it } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { PersonRecord } from '../../../src/domain/person.ts';
import { userWrite } from '../../../src/http/scim/user-write.ts';

const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'title', value: 'Director' }],
};

function patch(ifMatch?: string) {
  const write = userWrite(
    { method: 'PATCH', id: 'ada', body: PATCH, ifMatch },
    { kind: 'scim', name: 'test' },
  );
  if (write.kind !== 'change') throw new Error('A PATCH is a change');
  return (version: number, resource: JsonObject) => {
    // What is decided depends on the person alone.
    const person = { id: 'ada', version, resource } as PersonRecord['person'];
    return write.decide({ person } as PersonRecord);
  };
}

it('decides anew about a person who has changed since it was checked', () => {
  const decide = patch();
  expect(decide(1, { userName: 'ada', title: 'Analyst' })).toMatchObject({
    kind: 'replace',
    resource: { userName: 'ada', title: 'Director' },
  });
  // A version that was undone is given again.
  expect(decide(1, { userName: 'countess', title: 'Analyst' })).toMatchObject({
    kind: 'replace',
    resource: { userName: 'countess', title: 'Director' },
  });
  expect(decide(2, { userName: 'countess', title: 'Director' })).toEqual({ kind: 'unchanged' });
});

it('decides once about the same person, and looks at the condition each time', () => {
  const decide = patch('W/"1"');
  const resource = { userName: 'ada', title: 'Analyst' };
  expect(decide(1, resource)).toBe(decide(1, structuredClone(resource)));
  expect(() => decide(2, resource)).toThrow(expect.objectContaining({ status: 412 }));
});
