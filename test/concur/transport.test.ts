import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTransport } from '../../src/concur/transport.ts';
import { type Reply, scriptedServer } from './scripted-server.ts';

const start = async (reply: Reply, timeout = 5000) => {
  const server = await scriptedServer(() => reply);
  const transport = createTransport({ allowedHosts: ['127.0.0.1'], timeout, newId: randomUUID });
  onTestFinished(() => transport.close());
  const post = () =>
    transport.send({
      method: 'POST',
      url: `${server.url}/x`,
      authorization: 'Bearer t',
      body: { type: 'application/json', text: '{"name":"Zoë"}' },
    });
  return { server, transport, post };
};

describe('transport', () => {
  it('sends a body with its length in bytes, never chunked, and a correlation id', async () => {
    const { server, post } = await start({ status: 200, body: { ok: true } });
    const sent = await post();
    const [request] = server.requests;
    expect(request?.text).toBe('{"name":"Zoë"}');
    expect(request?.headers['content-length']).toBe(String(Buffer.byteLength('{"name":"Zoë"}')));
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    expect(request?.headers['content-type']).toBe('application/json');
    expect(request?.headers.authorization).toBe('Bearer t');
    expect(request?.headers['concur-correlationid']).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent).toEqual({
      kind: 'answered',
      status: 200,
      retryAfter: null,
      body: { ok: true },
      correlationId: request?.headers['concur-correlationid'],
    });
  });

  it('keeps the correlation id that Concur answers with, unless it can be none', async () => {
    const good = await start({ status: 200, headers: { 'concur-correlationid': 'abc-123' } });
    expect((await good.post()).correlationId).toBe('abc-123');
    const bad = await start({ status: 200, headers: { 'concur-correlationid': '<script>' } });
    expect((await bad.post()).correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('follows no redirect', async () => {
    const { server, post } = await start({ status: 307, headers: { location: '/elsewhere' } });
    expect(await post()).toMatchObject({ kind: 'answered', status: 307 });
    expect(server.requests).toHaveLength(1);
  });

  it('takes a body that is no JSON as none', async () => {
    const { post } = await start({ status: 502, body: '<html>Bad Gateway</html>' });
    expect(await post()).toMatchObject({ kind: 'answered', status: 502, body: null });
  });

  it('says that nothing was sent when there is no connection', async () => {
    const { server, transport } = await start({ status: 200 });
    const port = 1;
    const sent = await transport.send({ method: 'GET', url: `http://127.0.0.1:${port}/` });
    expect(sent.kind).toBe('no-connection');
    expect(server.requests).toHaveLength(0);
  });

  it('says that nothing was sent after it was closed', async () => {
    const { transport, post } = await start({ status: 200 });
    await transport.close();
    expect((await post()).kind).toBe('no-connection');
  });

  it('sends nothing to a host that is not allowed', async () => {
    const server = await scriptedServer(() => ({ status: 200 }));
    const transport = createTransport({ allowedHosts: [], timeout: 1000, newId: randomUUID });
    onTestFinished(() => transport.close());
    expect((await transport.send({ method: 'GET', url: server.url })).kind).toBe('not-allowed');
    expect(server.requests).toHaveLength(0);
  });

  it('says that the answer is lost when the connection breaks before it', async () => {
    const { server, post } = await start((response) => response.socket?.destroy());
    expect((await post()).kind).toBe('lost');
    expect(server.requests).toHaveLength(1);
  });

  it('says that the answer is lost when the connection breaks within it', async () => {
    const { post } = await start((response) => {
      response.writeHead(201, { 'content-length': '100' });
      response.write('{"id":', () => response.socket?.destroy());
    });
    expect((await post()).kind).toBe('lost');
  });

  it('gives up on an answer that does not begin in time', async () => {
    const { post } = await start(() => undefined, 100);
    expect((await post()).kind).toBe('silent');
  });

  it('gives up on an answer that does not end in time', async () => {
    const { post } = await start((response) => {
      response.writeHead(200);
      response.write('{');
    }, 100);
    expect((await post()).kind).toBe('silent');
  });

  it('reads no body beyond its bound', async () => {
    const { post } = await start({ status: 200, body: JSON.stringify('x'.repeat(17 * 1024 * 1024)) });
    expect((await post()).kind).toBe('lost');
  });
});
