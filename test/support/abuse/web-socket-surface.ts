import {
  ANSWER_TIMEOUT_MS,
  describeBytes,
  type AbusiveInput,
  type Answer,
  type InputSources,
  type Surface,
} from './abusive-input.ts';
import { identityHeaders, requestBytes } from './http-input.ts';
import { hostileJson, hostileText, jsonOf } from './hostile-values.ts';
import { parseResponses } from './http-response.ts';
import { hostileDocument, hostileVariables } from './operation-surfaces.ts';
import { RawConnection } from './raw-connection.ts';
import { MODES, USERS, type AbuseTarget, type Mode } from './target.ts';
import { decodeFrames, encodeFrame, encodeText, OPCODES, type ServerFrame } from './websocket-frames.ts';

/** Beyond MAX_BODY_BYTES. For the rest of a message below it, the gateway may wait. */
const MORE_THAN_A_BODY = 8 * 1024 * 1024;

const PROTOCOLS = [
  'graphql-transport-ws',
  'graphql-transport-ws',
  'graphql-transport-ws',
  'graphql-transport-ws',
  'graphql-ws',
  'x',
  '',
];
const HEAD_END = '\r\n\r\n';
/** The last message of each input: the gateway answers it, or closes the connection before or because of it. */
const LAST_ID = '"id":"last"';
const LAST = encodeText('{"id":"last","type":"subscribe","payload":{"query":"{ __typename }"}}');
/** Time for the answers to operations that take longer than the last one. */
const LATE_ANSWERS_MS = 10;

/** WebSocket messages of graphql-transport-ws in any order, with frames that the protocol does not allow. */
export const webSockets: Surface = (sources) => {
  const { random } = sources;
  const mode = random.pick(MODES);
  const protocol = random.pick(PROTOCOLS);
  // One in eight inputs has no connection_init, and one in six does not wait for the acknowledgement.
  const init = random.below(8) > 0 ? [initOf(sources, mode)] : [];
  const messages = [...init, ...Array.from({ length: 1 + random.below(5) }, () => messageOf(sources))];
  const isHasty = init.length === 0 || random.below(6) === 0;
  const extension =
    random.below(10) === 0 ? ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits'] : [];
  const upgrade = requestBytes({
    mode,
    method: 'GET',
    headers: [
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Version: ${random.below(40) === 0 ? '99' : '13'}`,
      `Sec-WebSocket-Key: ${random.below(40) === 0 ? 'short' : 'AAAAAAAAAAAAAAAAAAAAAA=='}`,
      ...(protocol === '' ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
      ...extension,
      ...(mode === 'header' && random.below(10) > 0 ? identityHeaders(mode, random) : []),
    ],
    contentLength: null,
  });
  return {
    mode,
    description: `${protocol} ${messages.map((bytes) => describeBytes(bytes)).join('\n  ')}`,
    send: (target) => converse(target, { mode, upgrade, messages, isHasty }),
  } satisfies AbusiveInput;
};

interface Conversation {
  readonly mode: Mode;
  readonly upgrade: Buffer;
  readonly messages: readonly Buffer[];
  /** Whether the messages are sent before the gateway has acknowledged the first one. */
  readonly isHasty: boolean;
}

async function converse(target: AbuseTarget, conversation: Conversation): Promise<readonly Answer[]> {
  using connection = await RawConnection.open(target.gateways[conversation.mode].port);
  connection.send(conversation.upgrade);
  const isUpgraded = await connection.until((received) => received.includes(HEAD_END), ANSWER_TIMEOUT_MS);
  const [upgraded] = parseResponses(connection.received, { ended: true });
  if (!isUpgraded || !upgraded) throw new Error('Expected an answer to an upgrade.');
  const answer = { status: upgraded.status, text: `${upgraded.head}\n${upgraded.body}` };
  if (upgraded.status !== 101) return [answer];
  const start = connection.received.indexOf(HEAD_END) + HEAD_END.length;
  return [answer, ...(await framesAfter(connection, start, conversation)).map(answerOf)];
}

/** Sends the messages. Resolves with the frames of the gateway when it has closed, or has answered {@link LAST}. */
async function framesAfter(
  connection: RawConnection,
  start: number,
  { messages, isHasty }: Conversation,
): Promise<readonly ServerFrame[]> {
  const frames = () => decodeFrames(connection.received.subarray(start));
  const [first, ...others] = messages;
  if (first) connection.send(first);
  if (!isHasty) await requireAnswer(connection, () => frames().length > 0 || connection.ended);
  for (const bytes of others) connection.send(bytes);
  connection.send(LAST);
  const isClosed = () => frames().some(({ opcode }) => opcode === OPCODES.close);
  await requireAnswer(connection, () => isClosed() || frames().some(({ payload }) => payload.includes(LAST_ID)));
  await connection.until(isClosed, LATE_ANSWERS_MS);
  return frames();
}

async function requireAnswer(connection: RawConnection, isAnswered: () => boolean): Promise<void> {
  if (await connection.until(isAnswered, ANSWER_TIMEOUT_MS)) return;
  throw new Error(
    `Expected an answer on a WebSocket within ${ANSWER_TIMEOUT_MS} ms, got ${describeBytes(connection.received)}`,
  );
}

function answerOf({ opcode, payload }: ServerFrame): Answer {
  if (opcode !== OPCODES.close) return { text: payload.toString() };
  return { closeCode: payload.length >= 2 ? payload.readUInt16BE(0) : 1005, text: payload.subarray(2).toString() };
}

function initOf({ random, samples }: InputSources, mode: Mode): Buffer {
  const user = random.below(5) === 0 ? USERS.stranger : USERS.member;
  if (random.below(12) === 0) return message({ type: 'connection_init', payload: hostileJson(random, samples) });
  const payload = mode === 'token' ? { authorization: `Bearer ${user.token}` } : {};
  return message({ type: 'connection_init', payload });
}

const OPERATION_IDS = ['1', '2', '', 'x'.repeat(300), '💥', '__proto__'];
const SERVER_TYPES = ['next', 'error', 'connection_ack', 'start', 'stop', 'x', '__proto__'];

function subscribe({ random }: InputSources, payload: unknown): Buffer {
  return message({ type: 'subscribe', id: random.pick(OPERATION_IDS), payload });
}

const operation = (sources: InputSources) =>
  subscribe(sources, sources.random.below(3) === 0 ? hostileVariables(sources) : hostileDocument(sources));

const MESSAGES: readonly ((sources: InputSources) => Buffer)[] = [
  ...Array.from({ length: 4 }, () => operation),
  ({ random, samples }) => message({ type: 'connection_init', payload: hostileJson(random, samples) }),
  ({ random }) => message({ type: 'complete', id: random.pick(OPERATION_IDS) }),
  ({ random, samples }) => message({ type: random.pick(['ping', 'pong']), payload: hostileJson(random, samples) }),
  ({ random, samples }) =>
    message({ type: random.pick(SERVER_TYPES), id: random.pick(OPERATION_IDS), payload: hostileJson(random, samples) }),
  ({ random, samples }) => message(hostileJson(random, samples)),
  ({ random, samples }) => encodeText(hostileText(random, samples)),
  ({ random, samples }) =>
    message({ type: 'subscribe', id: hostileJson(random, samples), payload: { query: '{ __typename }' } }),
  (sources) => subscribe(sources, hostileJson(sources.random, sources.samples)),
  (sources) => {
    const parameter = sources.random.pick(['variables', 'operationName', 'extensions']);
    return subscribe(sources, { query: '{ __typename }', [parameter]: hostileJson(sources.random, sources.samples) });
  },
  (sources) => {
    const after = JSON.stringify(hostileText(sources.random, sources.samples));
    return subscribe(sources, { query: `subscription { workspaces(after: ${after}) { type object { name } } }` });
  },
  (sources) => sources.random.pick(FRAMES)(sources),
];

function messageOf(sources: InputSources): Buffer {
  return sources.random.pick(MESSAGES)(sources);
}

function message(value: unknown): Buffer {
  return encodeText(jsonOf(value));
}

const PING = Buffer.from('{"type":"ping"}');
const CLOSE_CODES = [0, 999, 1000, 1005, 1006, 1015, 3000, 4400, 4999, 65_535];
const { text, continuation, binary, close, ping, pong } = OPCODES;

/** Frames that clients rarely send. */
const FRAMES: readonly ((sources: InputSources) => Buffer)[] = [
  () => encodeFrame({ opcode: binary, payload: PING }),
  () =>
    Buffer.concat([
      encodeFrame({ opcode: text, payload: PING.subarray(0, 5), final: false }),
      encodeFrame({ opcode: continuation, payload: PING.subarray(5) }),
    ]),
  ({ random }) => encodeFrame({ opcode: random.pick([continuation, 3, 11, 15]), payload: PING }),
  ({ random }) => encodeFrame({ opcode: text, payload: PING, reserved: 1 + random.below(7) }),
  () => encodeFrame({ opcode: text, payload: PING, masked: false }),
  () => encodeFrame({ opcode: text, payload: Buffer.from([0xff, 0xfe, 0xc0]) }),
  ({ random, samples }) =>
    encodeFrame({ opcode: close, payload: closePayload(random.pick(CLOSE_CODES), hostileText(random, samples)) }),
  ({ random }) => encodeFrame({ opcode: random.pick([ping, pong]), payload: Buffer.alloc(random.pick([0, 125, 126])) }),
  ({ random }) =>
    encodeFrame({ opcode: text, payload: PING, claimedLength: random.pick([2 ** 31, 2 ** 52, MORE_THAN_A_BODY]) }),
  ({ random }) => encodeText(`{"type":"ping","payload":{"x":"${'x'.repeat(random.pick([10, 70_000, 1_100_000]))}"}}`),
];

function closePayload(code: number, reason: string): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]).subarray(0, 125);
}
