import { describe, expect, test } from 'vitest';
import { longName } from '../../../src/domain/attribute-name.ts';
import type { JsonObject } from '../../../src/domain/json.ts';
import { LENGTHS } from '../../../src/mapping/checks/lengths.ts';
import { refusalOf } from '../../../src/mapping/checks/refusal.ts';
import { faultOf } from '../../../src/mapping/checks/rules.ts';
import { toErrorBody } from '../../../src/scim/error.ts';
import { blocksOf, codeOf, rowsOf, sectionOf, textOf } from '../../docs/page.ts';

const section = sectionOf(textOf('docs/mapping.md'), '## What is checked when a write is accepted');
const rows = rowsOf(section);

describe('docs/mapping.md', () => {
  test('names values that are valid and values that are not', () => {
    const judged = rows.filter((row) => row.length === 3).slice(1);
    expect(judged.length).toBeGreaterThan(10);
    for (const [name = '', valid = '', broken = ''] of judged) {
      const [key = ''] = codeOf(name).map(longName);
      if (key === '') continue;
      expect(
        codeOf(valid).filter((value) => faultOf(key, value) !== null),
        key,
      ).toEqual([]);
      expect(
        codeOf(broken).filter((value) => faultOf(key, value) === null),
        key,
      ).toEqual([]);
    }
  });

  test('tells every length', () => {
    const told = rows
      .filter((row) => row.length === 2 && /^\d+$/.test(row[0] ?? ''))
      .flatMap(([most, names = '']) => codeOf(names).map((name) => [longName(name), Number(most)] as const));
    expect(told.map(([name]) => name).sort()).toEqual([...LENGTHS.keys()].sort());
    for (const [name, most] of told) {
      expect(
        [most, most + 1].map((count) => LENGTHS.get(name)?.('x'.repeat(count)) ?? null),
        name,
      ).toEqual([null, expect.anything()]);
    }
  });

  test('shows an answer as it is given', async () => {
    const resource: JsonObject = {
      userName: 'ada@example.com',
      active: true,
      timezone: 'Australia/Lord_Howe',
    };
    const error = await refusalOf(null, resource, { companyId: 'c', defaults: {}, currencies: {} });
    const [shown = ''] = blocksOf(section, 'json');
    expect(error && toErrorBody(error)).toEqual(JSON.parse(shown));
  });
});
