import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';

test('closing lets the open request end, and does not wait for kept-alive connections', async () => {
  const open = Promise.withResolvers<() => void>();
  const { server, close } = await listen((_req, res) => open.resolve(() => res.end('done')), '127.0.0.1', 0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const agent = new Agent({ keepAlive: true });
  const answer = new Promise<string>((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', agent }, (incoming) => {
      incoming.setEncoding('utf8').once('data', resolve);
    });
    sent.on('error', reject).end();
  });
  const finish = await open.promise;
  const closed = close();
  expect(server.listening).toBe(false);
  finish();
  expect(await answer).toBe('done');
  await closed;
  agent.destroy();
});

test('an address that is taken is an error', async () => {
  const { server, close } = await listen((_req, res) => res.end(), '127.0.0.1', 0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await expect(listen((_req, res) => res.end(), '127.0.0.1', port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await close();
});
