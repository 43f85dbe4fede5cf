import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LearnedAttribute, type LearnedSchemas, learnMore } from '../../src/domain/learned-schemas.ts';
import { learned } from './arbitrary-schemas.ts';

/** Everything that is known, each as one line: attributes by their path, values after them. */
function linesOf(schemas: LearnedSchemas): readonly string[] {
  const lines = (path: string, attributes: readonly LearnedAttribute[]): readonly string[] =>
    attributes.flatMap(({ name, canonicalValues, subAttributes }) => [
      `${path}${name}`,
      ...canonicalValues.map((value) => `${path}${name} ${value}`),
      ...lines(`${path}${name}.`, subAttributes),
    ]);
  return Object.entries(schemas).flatMap(([urn, attributes]) => lines(`${urn}:`, attributes));
}

const sorted = (lines: Iterable<string>) => [...new Set(lines)].sort();

describe('learning more of Concur', () => {
  it('forgets nothing and invents nothing', () => {
    fc.assert(
      fc.property(learned, learned, (before, now) => {
        const all = sorted(linesOf(learnMore(before, now)));
        expect(all).toEqual(sorted([...linesOf(before), ...linesOf(now)]));
      }),
    );
  });

  it('changes nothing when the same is read again', () => {
    fc.assert(
      fc.property(learned, learned, (before, now) => {
        const once = learnMore(before, now);
        expect(learnMore(once, now)).toEqual(once);
      }),
    );
  });

  it('believes the newer description', () => {
    fc.assert(
      fc.property(learned, learned, (before, now) => {
        for (const [urn, attributes] of Object.entries(learnMore(before, now))) {
          for (const { name, type, mutability } of attributes) {
            const told = [now, before]
              .flatMap((one) => Object.entries(one))
              .filter(([other]) => other === urn)
              .flatMap(([, all]) => all.filter((one) => one.name === name));
            expect({ type, mutability }).toEqual({ type: told[0]?.type, mutability: told[0]?.mutability });
          }
        }
      }),
    );
  });

  it('begins with nothing', () => {
    fc.assert(fc.property(learned, (now) => void expect(learnMore(null, now)).toEqual(now)));
  });
});
