import { expect, it } from 'vitest';
import { STATES } from '../../src/domain/provisioning.ts';
import { isTransition, TRANSITIONS } from '../../src/domain/transitions.ts';
import { blocksOf, textOf } from './page.ts';

it('docs/states.md draws exactly the transitions that there are, by their names', () => {
  const [head, ...arrows] = blocksOf(textOf('docs/states.md'), 'mermaid').join('').trimEnd().split('\n');
  expect(head).toBe('stateDiagram-v2');
  expect(arrows).toEqual(TRANSITIONS.map(({ from, to, name }) => `  ${from ?? '[*]'} --> ${to}: ${name}`));
});

it('names one transition for each pair of states, and knows no other', () => {
  const pairs = TRANSITIONS.map(({ from, to }) => `${from} ${to}`);
  expect(new Set(pairs).size).toBe(pairs.length);
  for (const from of [null, ...STATES]) {
    for (const to of STATES) expect(isTransition(from, to)).toBe(pairs.includes(`${from} ${to}`));
  }
});
