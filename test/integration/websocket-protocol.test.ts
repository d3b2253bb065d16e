import { afterAll, beforeAll, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { RawConnection } from '../support/abuse/raw-connection.ts';
import { decodeFrames, encodeFrame, encodeText, OPCODES } from '../support/abuse/websocket-frames.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { waitFor } from '../support/wait-for.ts';

let cluster: Simulator;
let gateway: GatewayProcess;

beforeAll(async () => {
  cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd] });
  gateway = await startGatewayProcess(cluster.kubeconfig);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

const ping = Buffer.from('{"type":"ping"}');
const { text, close } = OPCODES;

const violations: readonly (readonly [title: string, code: number, bytes: Buffer])[] = [
  ['a frame without a mask', 1002, encodeFrame({ opcode: text, payload: ping, masked: false })],
  ['an unknown opcode', 1002, encodeFrame({ opcode: 3, payload: ping })],
  ['reserved bits', 1002, encodeFrame({ opcode: text, payload: ping, reserved: 7 })],
  ['a text that is not UTF-8', 1007, encodeFrame({ opcode: text, payload: Buffer.from([0xff]) })],
  ['a frame above the limit', 1009, encodeFrame({ opcode: text, payload: ping, claimedLength: 2 ** 31 })],
  ['an invalid close code', 1002, encodeFrame({ opcode: close, payload: Buffer.from([0, 1]) })],
  ['a text that is not JSON', 4400, encodeText('{')],
  ['a message without a type', 4400, encodeText('{}')],
  ['a text with a message', 4400, encodeText(JSON.stringify(ping.toString()))],
  ['an id of more than 1,024 characters', 4400, encodeText(`{"type":"complete","id":"${'1'.repeat(1_025)}"}`)],
  [
    'a ping that is nested too deeply',
    4400,
    encodeText(`{"type":"ping","payload":{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`),
  ],
  ['a message of a server', 4400, encodeText('{"type":"connection_ack"}')],
  ['a result', 4400, encodeText('{"type":"next","id":"1","payload":{}}')],
  [
    'an operation before connection_init',
    4401,
    encodeText('{"type":"subscribe","id":"1","payload":{"query":"{ __typename }"}}'),
  ],
];

async function openWebSocket(protocol = 'graphql-transport-ws'): Promise<RawConnection> {
  const connection = await RawConnection.open(gateway.port);
  connection.send(
    `GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
  );
  await connection.until((received) => received.includes('\r\n\r\n'), 15_000);
  return connection;
}

/** Resolves with the payload of the close frame. */
async function closed(connection: RawConnection): Promise<Buffer> {
  const closeFrame = () =>
    decodeFrames(connection.received.subarray(connection.received.indexOf('\r\n\r\n') + 4)).find(
      ({ opcode }) => opcode === close,
    );
  await waitFor(() => closeFrame() !== undefined, 'the gateway has sent a close frame');
  return closeFrame()?.payload ?? Buffer.alloc(0);
}

/** Expects that the gateway has printed nothing but messages of the level info. */
async function expectQuietLog(): Promise<void> {
  const lines = (await gateway.log()).trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('{"level":30'))).toEqual([]);
}

it.each(violations)(
  'closes a WebSocket with a code of the protocol when its client sends %s',
  async (_, code, bytes) => {
    using connection = await openWebSocket();
    connection.send(bytes);
    const payload = await closed(connection);
    expect(payload.readUInt16BE(0)).toBe(code);
    expect(payload.subarray(2).toString()).not.toMatch(/Error|\sat (?!most)|unexpected/iu);
    await expectQuietLog();
  },
);

/** Resolves when the gateway has answered this number of pings. */
async function answered(connection: RawConnection, pings: number): Promise<void> {
  await connection.until((received) => received.toString('latin1').split('"pong"').length > pings, 15_000);
}

it('ignores packets after an invalid frame that arrive while earlier messages are handled', async () => {
  using connection = await openWebSocket();
  connection.send(Buffer.concat(Array.from({ length: 700 }, () => encodeText('{"type":"ping"}'))));
  await answered(connection, 1);
  connection.send(encodeFrame({ opcode: text, payload: Buffer.from([0xff, 0xff]) }));
  await answered(connection, 50);
  connection.send(encodeText('{"type":"ping"}'));
  expect((await closed(connection)).readUInt16BE(0)).toBe(1007);
  await expectQuietLog();
});

it('closes a WebSocket with 4409 when its client repeats an id that is too long for a reason', async () => {
  const subscription = 'subscription { workspaces { type } }';
  const subscribe = encodeText(
    JSON.stringify({ type: 'subscribe', id: 'é'.repeat(1_000), payload: { query: subscription } }),
  );
  using connection = await openWebSocket();
  connection.send(encodeText('{"type":"connection_init"}'));
  await connection.until((received) => received.includes('connection_ack'), 15_000);
  connection.send(Buffer.concat([subscribe, subscribe]));
  const payload = await closed(connection);
  expect(payload.readUInt16BE(0)).toBe(4409);
  expect(payload.subarray(2).toString()).toMatch(/^Subscriber for é+$/u);
  await expectQuietLog();
});

it('closes a WebSocket with 4406 when its client speaks another subprotocol', async () => {
  using connection = await openWebSocket('graphql-ws');
  const payload = await closed(connection);
  expect(payload.readUInt16BE(0)).toBe(4406);
  await expectQuietLog();
});
