import { once } from 'node:events';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RawConnection } from '../support/abuse/raw-connection.ts';
import { encodeFrame, encodeText, OPCODES } from '../support/abuse/websocket-frames.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway, type GatewayOptions, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const INIT_TEXT = '{"type":"connection_init"}';
const INIT = encodeText(INIT_TEXT);
const UPGRADE = {
  connection: 'upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  'sec-websocket-protocol': 'graphql-transport-ws',
  'x-request-id': 'upgrade-1',
};

type Headers = Readonly<Record<string, string>>;

async function openWebSocket({ url }: TestGateway, headers: Headers = {}): Promise<RawConnection> {
  const { host, port } = new URL(url);
  const connection = await RawConnection.open(Number(port));
  const lines = Object.entries({ host, ...UPGRADE, ...headers }).map(([name, value]) => `${name}: ${value}`);
  connection.send(`GET /graphql HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  await connection.until((received) => received.includes('\r\n\r\n'), 15_000);
  return connection;
}

/** Sends an upgrade request that the gateway refuses. Returns the answer. */
async function refusedUpgrade(url: URL, { method = 'GET', ...headers }: Headers = {}) {
  const request = sendRequest(url, { method, headers: { ...UPGRADE, ...headers } });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const { 'x-request-id': requestId } = response.headers;
  return { status: response.statusCode, requestId, text: await text(response) };
}

/** Starts a gateway whose log can be read. */
async function startLogged(options: GatewayOptions = {}) {
  const { log, lines } = recordingLog();
  const gateway = await startTestGateway({ log, ...options });
  const refusals = async (count = 1) => {
    await waitFor(() => lines('request').length >= count, 'the line is written');
    return lines('request');
  };
  return { gateway, refusals, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const line = { requestId: 'upgrade-1', transport: 'websocket', outcome: 'error' };
const tooLong = encodeFrame({ opcode: OPCODES.text, payload: Buffer.from('{'), claimedLength: 2 ** 31 });
const incomplete = encodeFrame({ opcode: OPCODES.text, payload: Buffer.alloc(300_000), claimedLength: 400_000 });
const deep = `{"type":"ping","payload":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
const subscribe = encodeText(
  '{"type":"subscribe","id":"1","payload":{"query":"subscription { namespaces { type } }"}}',
);

describe('the request log has one line, with the close code, when a WebSocket is closed', () => {
  it('because connection_init does not come', async () => {
    await using logged = await startLogged();
    using _ = await openWebSocket(logged.gateway);
    const lines = await logged.refusals();
    expect(lines).toMatchObject([{ ...line, closeCode: 4408 }]);
    expect(lines[0]).not.toHaveProperty('viewer');
  });

  it('because a message has too many values', async () => {
    await using logged = await startLogged({ maxBodyValues: 10, metricsPort: 0 });
    using connection = await openWebSocket(logged.gateway);
    connection.send(encodeText(`{"type":"ping","payload":{"x":[${Array(20).fill(1).join()}]}}`));
    expect(await logged.refusals()).toMatchObject([{ ...line, closeCode: 4400, codes: ['TOO_LARGE'] }]);
    const metrics = await logged.gateway.metrics();
    expect(metrics).toContain('limit_exceeded_total{limit="MAX_BODY_VALUES"} 1\n');
  });

  it('because its subprotocol is not supported', async () => {
    await using logged = await startLogged();
    using _ = await openWebSocket(logged.gateway, { 'sec-websocket-protocol': 'graphql-ws' });
    expect(await logged.refusals()).toMatchObject([{ ...line, closeCode: 4406 }]);
  });

  it.each([
    ['a message is no JSON', 4400, [encodeText('{')]],
    ['a ping is nested too deeply', 4400, [encodeText(deep)]],
    ['a message is one of servers', 4400, [encodeText('{"type":"connection_ack"}')]],
    ['an operation comes before connection_init', 4401, [subscribe]],
    ['a frame has an unknown opcode', 1002, [encodeFrame({ opcode: 3, payload: Buffer.alloc(0) })]],
    ['a text is not UTF-8', 1007, [encodeFrame({ opcode: OPCODES.text, payload: Buffer.from([0xff]) })]],
    ['a message is too long', 1009, [tooLong], ['TOO_LARGE']],
    ['a client sends too much before it is authenticated', 1006, [incomplete], ['TOO_LARGE']],
  ])('because %s', async (_, closeCode, frames, codes: readonly string[] = []) => {
    await using logged = await startLogged();
    using connection = await openWebSocket(logged.gateway);
    for (const frame of frames) connection.send(frame);
    const lines = await logged.refusals();
    expect(lines).toMatchObject([{ ...line, closeCode, ...(codes.length > 0 && { codes }) }]);
    expect(lines[0]).not.toHaveProperty('viewer');
  });

  it.each([
    ['a second connection_init', 4429, [INIT]],
    ['an id that is in use', 4409, [subscribe, subscribe]],
    ['an invalid frame', 1002, [encodeFrame({ opcode: 3, payload: Buffer.alloc(0) })]],
  ])('with the viewer, because of %s', async (_, closeCode, frames) => {
    await using logged = await startLogged({ metricsPort: 0 });
    using connection = await openWebSocket(logged.gateway);
    connection.send(INIT);
    await connection.until((received) => received.includes('connection_ack'), 15_000);
    for (const frame of frames) connection.send(frame);
    await waitFor(async () => (await logged.refusals()).some((each) => 'closeCode' in each), 'the line is written');
    const [closed, ...others] = (await logged.refusals()).filter((each) => 'closeCode' in each);
    expect(closed).toMatchObject({ ...line, closeCode, viewer: 'system:admin' });
    expect(others).toEqual([]);
    const metrics = await logged.gateway.metrics();
    expect(metrics).toContain(`operations_total{operation="none",type="none",code="CLOSE_${closeCode}"} 1\n`);
  });

  it('with the viewer, because a client sends pings and does not read the pongs', async () => {
    await using logged = await startLogged();
    using connection = await openWebSocket(logged.gateway);
    connection.send(INIT);
    await connection.until((received) => received.includes('connection_ack'), 15_000);
    connection.pause();
    const ping = encodeFrame({ opcode: OPCODES.ping, payload: Buffer.alloc(125) });
    connection.send(Buffer.concat(Array.from({ length: 200_000 }, () => ping))); // more than the buffers of the kernel take
    expect(await logged.refusals()).toMatchObject([{ ...line, closeCode: 1006, viewer: 'system:admin' }]);
  });

  it('logs no line when the client or the gateway closes an orderly connection', async () => {
    const logged = await startLogged();
    const url = logged.gateway.url.replace('http', 'ws');
    const connect = async () => {
      const socket = new WebSocket(url, 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(INIT_TEXT);
      await once(socket, 'message');
      return socket;
    };
    const [left, open] = [await connect(), await connect()];
    left.close();
    await once(left, 'close');
    const closed = once(open, 'close');
    await logged[Symbol.asyncDispose]();
    expect(await closed).toMatchObject([1001, expect.anything()]);
    expect(await logged.refusals(0)).toEqual([]);
  });
});

describe('the request log has one line, with the status, when an upgrade is refused', () => {
  it.each([
    ['another path', '/other', {}, 404, 'NOT_FOUND', /\/other/u],
    ['another origin', '/graphql', { origin: 'https://evil.example' }, 403, 'FORBIDDEN', /evil\.example/u],
    ['too large headers', '/graphql', { cookie: 'x'.repeat(2_000) }, 431, 'TOO_LARGE', /MAX_HEADER_BYTES/u],
    ['an unknown version', '/graphql', { 'sec-websocket-version': '7' }, 400, 'BAD_REQUEST', /Sec-WebSocket-Version/u],
    ['another method', '/graphql', { method: 'POST' }, 405, 'BAD_REQUEST', /Invalid HTTP method/u],
  ])('because of %s', async (_, path, headers: Headers, status, code, message) => {
    await using logged = await startLogged({ maxHeaderBytes: 1_500 });
    expect(await refusedUpgrade(new URL(path, logged.gateway.url), headers)).toEqual({
      status,
      requestId: 'upgrade-1',
      text: expect.stringMatching(message),
    });
    expect(await logged.refusals()).toMatchObject([{ ...line, status, codes: [code] }]);
  });
});

it('logs a bounded number of lines about closed WebSockets when their clients are not authenticated', async () => {
  await using logged = await startLogged();
  const startedAt = performance.now();
  for (let opened = 0; opened < 30; opened += 1) {
    using connection = await openWebSocket(logged.gateway);
    connection.send(encodeText('{'));
    await connection.until((received) => received.includes('Invalid message'), 15_000);
  }
  const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
  expect((await logged.refusals()).length).toBeLessThanOrEqual(seconds + 1);
});
