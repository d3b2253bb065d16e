import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.ts';
import { describeBytes, type AbusiveInput, type Answer, type InputSources, type Surface } from './abusive-input.ts';
import { parseResponses } from './http-response.ts';
import { answersOf, identityHeaders, requestBytes } from './http-input.ts';
import { corruptedText } from './hostile-values.ts';
import { RawConnection } from './raw-connection.ts';
import { MODES, type AbuseTarget, type Mode } from './target.ts';

const LIST = JSON.stringify({ query: '{ workspaces { nodes { name } } }' });
const LIVE = JSON.stringify({ query: 'subscription { workspaces { type object { name } } }' });

/** Way in which a client leaves. */
const ENDINGS = ['reset', 'finish', 'close'] as const;

/** Raw sockets: parts of requests, pipelining, bytes that arrive one by one, garbage, resets. Nothing has to be answered. */
export const sockets: Surface = (sources) => {
  const { random } = sources;
  const mode = random.pick(MODES);
  const bytes = bytesOf(sources, mode);
  const pieces = piecesOf(bytes, random);
  const ending = random.pick(ENDINGS);
  return {
    mode,
    description: `${ending} after ${pieces.length} writes of ${describeBytes(bytes)}`,
    send: (target) => sendPieces(target, { mode, pieces, ending }),
  } satisfies AbusiveInput;
};

interface SocketInput {
  readonly mode: Mode;
  readonly pieces: readonly Buffer[];
  readonly ending: (typeof ENDINGS)[number];
}

async function sendPieces(target: AbuseTarget, { mode, pieces, ending }: SocketInput): Promise<readonly Answer[]> {
  using connection = await RawConnection.open(target.gateways[mode].port);
  for (const piece of pieces) {
    connection.send(piece);
    if (pieces.length > 1) await nextTurn();
  }
  if (ending === 'finish') connection.finish();
  // Enough for an answer to most requests. A reset must also be able to hit a request in progress.
  await connection.until(() => false, pieces.length % 5);
  const answers = answersOf(parseResponses(connection.received, { ended: true }).filter(({ status }) => status > 0));
  if (ending === 'reset') connection.reset();
  return answers;
}

interface RequestSources extends InputSources {
  readonly mode: Mode;
  readonly headers: readonly string[];
  readonly body: string;
  /** A valid request. */
  readonly valid: Buffer;
}

const LENGTHS = [0, 1, 10, 999, '-1', '1e3', '0x10', '1, 2', '99999999999999999999', 'x', ''];
const ENCODINGS = ['chunked', 'gzip, chunked', 'x', 'chunked, chunked'];
const CHUNKS = ['ffffffffffffffff\r\n', '-1\r\nx', '5\r\nab', '0\r\n\r\n', 'z\r\n', `5;${'x'.repeat(20_000)}\r\n`];
const VERSIONS = ['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/1.1 x', '', 'http/1.1', 'HTTP/9.9'];
const METHODS = ['CONNECT', 'PRI', 'post', '', 'X'.repeat(500), 'GET', 'M-SEARCH'];
const NO_HTTP = [
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\u0016\u0003\u0001\u0002\u0000\u0001',
  '\r\n'.repeat(5_000),
  'GET '.repeat(5_000),
  ' ',
  '\u0000',
];

const replaced = (valid: Buffer, part: string, by: string) =>
  Buffer.from(valid.toString('latin1').replaceAll(part, by), 'latin1');

/** Bytes that are a valid request, a part of one, several, or none. */
const BYTES: readonly ((sources: RequestSources) => Buffer)[] = [
  ({ valid }) => valid,
  ({ random, valid }) => valid.subarray(0, random.below(valid.length)),
  ({ random, valid }) => Buffer.concat(Array.from({ length: random.pick([2, 10, 100]) }, () => valid)),
  ({ random }) => Buffer.from(Array.from({ length: 1 + random.below(300) }, () => random.below(256))),
  ({ random, valid }) => Buffer.from(corruptedText(valid.toString('latin1'), random), 'latin1'),
  ({ random, ...parts }) => requestBytes({ ...parts, contentLength: random.pick(LENGTHS) }),
  ({ random, headers, ...parts }) =>
    requestBytes({
      ...parts,
      headers: [...headers, 'Transfer-Encoding: chunked'],
      contentLength: random.pick([null, 5]),
    }),
  ({ random, mode, headers }) =>
    requestBytes({
      mode,
      headers: [...headers, `Transfer-Encoding: ${random.pick(ENCODINGS)}`],
      body: random.pick(CHUNKS),
      contentLength: null,
    }),
  ({ random, valid }) => replaced(valid, 'HTTP/1.1', random.pick(VERSIONS)),
  ({ random, valid }) => replaced(valid, 'POST', random.pick(METHODS)),
  ({ random, valid }) => replaced(valid, '\r\n', random.pick(['\n', '\r', '\r\n\r\n', ' \r\n'])),
  ({ random }) => Buffer.from(random.pick(NO_HTTP), 'latin1'),
  ({ mode, headers, valid }) =>
    Buffer.concat([valid, requestBytes({ mode, path: '/livez', method: 'GET', headers, contentLength: null })]),
  ({ random, mode, headers, samples }) => {
    const lines = [...headers, 'Connection: Upgrade', `Upgrade: ${random.pick(['websocket', 'h2c'])}`];
    const upgrade = requestBytes({ mode, method: 'GET', headers: lines, contentLength: null });
    return Buffer.concat([upgrade, Buffer.from(random.pick(samples.ids))]);
  },
];

function bytesOf(sources: InputSources, mode: Mode): Buffer {
  const { random } = sources;
  const body = random.pick([LIST, LIVE]);
  const accept = `Accept: ${random.pick(['application/json', 'text/event-stream'])}`;
  const headers = ['Host: localhost', 'Content-Type: application/json', accept, ...identityHeaders(mode, random)];
  const valid = requestBytes({ mode, headers, body });
  return random.pick(BYTES)({ ...sources, mode, headers, body, valid });
}

/** Returns the writes of some bytes: one, two, or many small ones. */
function piecesOf(bytes: Buffer, random: SeededRandom): readonly Buffer[] {
  const step = random.pick([bytes.length, bytes.length, Math.ceil(bytes.length / 2), 7, 1]) || 1;
  const size = Math.max(step, Math.ceil(bytes.length / 60));
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
}
