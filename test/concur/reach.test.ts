import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reach } from '../../src/concur/reach.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { scriptedServer } from './scripted-server.ts';

const NOW = Date.parse('2026-01-01T00:00:00.400Z');
const options = { allowedHosts: ['127.0.0.1', 'nowhere.invalid'], clock: () => NOW, timeout: 5000 };

describe('reach', () => {
  it.each([0, 400_000, -90_000])("tells by how much Concur's clock is ahead: %d ms", async (dateSkew) => {
    const simulator = await startSimulator({ clock: () => NOW });
    onTestFinished(() => simulator.close());
    simulator.dateSkew = dateSkew;
    expect(await reach(simulator.url, options)).toEqual({
      kind: 'reached',
      httpStatus: 404,
      clockOffset: dateSkew,
    });
    const [request] = simulator.requests;
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('says nothing of a clock that Concur does not name', async () => {
    const server = await scriptedServer(() => (response) => {
      response.sendDate = false;
      response.end('ok');
    });
    expect(await reach(server.url, options)).toEqual({ kind: 'reached', httpStatus: 200, clockOffset: null });
  });

  it('sends nothing to a host that is not allowed', async () => {
    const server = await scriptedServer(() => ({ status: 200 }));
    expect(await reach(server.url, { ...options, allowedHosts: [] })).toMatchObject({ kind: 'not allowed' });
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['http://nowhere.invalid', /ENOTFOUND|EAI_AGAIN/, /cannot be resolved/],
    ['http://127.0.0.1:1', /ECONNREFUSED/, /refuses the connection/],
  ])('names what keeps it from %s', async (url, code, message) => {
    expect(await reach(url, options)).toEqual({
      kind: 'unreachable',
      code: expect.stringMatching(code),
      message: expect.stringMatching(message),
    });
  });

  it('knows silence, a broken connection and a host that speaks no TLS', async () => {
    const silent = await scriptedServer(() => () => undefined);
    expect(await reach(silent.url, { ...options, timeout: 100 })).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('in time'),
    });
    const broken = await scriptedServer(() => (response) => response.socket?.destroy());
    expect(await reach(broken.url, options)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('breaks'),
    });
    const plain = createServer((socket) => socket.end('no TLS here'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      plain.close();
    });
    const address = plain.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect(await reach(`https://127.0.0.1:${port}`, options)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('TLS'),
    });
  });
});
