import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type JsonObject } from '../../../src/domain/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { groupResourceType, userResourceType } from '../../../src/scim/registry.ts';

const folder = new URL('../../fixtures/patch/', import.meta.url);

interface Fixture {
  readonly name: string;
  readonly resourceType: 'User' | 'Group';
  readonly resource: JsonObject;
  readonly patch: unknown;
  readonly expected: JsonObject;
  readonly changed: readonly string[];
}

function readFixture(file: string): Fixture {
  return JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
}

const files = readdirSync(folder);

// Each file is one PATCH as a client sends it. Add a file, get a test.
describe('PATCH bodies of identity providers', () => {
  test('there are fixtures, each with the vendor or the RFC in its name', () => {
    expect(files.length).toBeGreaterThan(60);
    for (const file of files) expect(file).toMatch(/^(entra|okta|onelogin|concur|rfc)-.+\.json$/);
  });

  for (const file of files) {
    const fixture = readFixture(file);
    const resourceType = fixture.resourceType === 'Group' ? groupResourceType : userResourceType;

    test(`${file}: ${fixture.name}`, () => {
      const before = structuredClone(fixture.resource);
      const { resource, changed } = applyPatch(resourceType, fixture.resource, fixture.patch);
      const { schemas, ...rest } = resource;
      expect(rest).toEqual(fixture.expected);
      expect([...changed].sort()).toEqual([...fixture.changed].sort());
      expect(fixture.resource).toEqual(before);
      if (changed.length > 0) {
        const extensions = Object.keys(rest).filter(
          (name) => isJsonObject(rest[name]) && name.startsWith('urn:'),
        );
        expect(schemas).toEqual([resourceType.schema.id, ...extensions]);
      }
      // The same PATCH again finds everything as it asks.
      expect(applyPatch(resourceType, resource, fixture.patch).changed).toEqual([]);
    });
  }
});
