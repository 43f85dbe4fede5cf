import { expect, test } from 'vitest';
import { preferredWait } from '../../../src/http/scim/prefer.ts';

test.each([
  ['wait=10', 10_000, 'wait=10'],
  ['wait=0', 0, 'wait=0'],
  ['Wait = "7"', 7_000, 'wait=7'],
  ['wait=600', 50_000, 'wait=50'],
  ['wait=99999999999999999999', 50_000, 'wait=50'],
  ['wait=5;soon=yes', 5_000, 'wait=5'],
  ['return=minimal, wait=5', 5_000, 'wait=5'],
  ['foo="wait=9, wait=8", wait=5', 5_000, 'wait=5'],
  ['respond-async', 0, 'respond-async'],
  ['respond-async=""', 0, 'respond-async'],
  ['respond-async, wait=3', 3_000, 'respond-async, wait=3'],
  // RFC 7240 §2: of several of one name the first counts.
  ['wait=3, wait=9', 3_000, 'wait=3'],
])('%s', (header, wait, applied) => {
  expect(preferredWait(header)).toEqual({ wait, applied });
});

test.each([undefined, '', 'return=minimal', 'wait', 'wait=', 'wait=soon', 'wait=-1', 'wait=1.5', ',,;='])(
  '%s says nothing of waiting',
  (header) => {
    expect(preferredWait(header)).toBeNull();
  },
);
