import { expect, it } from 'vitest';
import { explain } from '../../src/cli/failure.ts';

it('names only what chooses the port of the command', () => {
  const taken = Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 8080 });
  expect(explain(taken, '--port').message).toMatch(/port 8080 is taken.*\(--port\)/);
  expect(explain(taken, 'BRIDGE_PORT').message).not.toContain('--port');
});
