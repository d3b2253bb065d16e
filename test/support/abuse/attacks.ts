import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { OTHER_NAMESPACES } from './overload-users.ts';
import { RawConnection } from './raw-connection.ts';
import { encodeText } from './websocket-frames.ts';

/** One client of an attack. */
interface AttackContext {
  readonly port: number;
  readonly token: string;
  /** Connections are kept open and reused. */
  readonly agent: Agent;
  /** Aborts at the end of the attack. */
  readonly signal: AbortSignal;
  /** Number of this attempt, to make inputs differ. */
  readonly attempt: number;
}

interface Attack {
  /** Clients that attack at the same time. */
  readonly clients: number;
  /** One attempt. Repeated without a pause longer than {@link PAUSE_MS} until the signal aborts. */
  readonly attack: (context: AttackContext) => Promise<unknown>;
}

/** Pause between the attempts of one client. */
export const PAUSE_MS = 250;
/** Time for which a client that does not read keeps its connections. */
const STALL_MS = 2_000;
const ANSWER_TIMEOUT_MS = 30_000;
const MEBIBYTE = 1024 * 1024;

const times = (count: number, text: (index: number) => string, separator = ' ') =>
  Array.from({ length: count }, (_, index) => text(index)).join(separator);

const doubling = [
  'query Names { namespaces { nodes { ...F18 } } }',
  ...Array.from({ length: 18 }, (_, n) => `fragment F${n + 1} on Namespace { ...F${n} a${n}: name ...F${n} }`),
  'fragment F0 on Namespace { workspaces { totalCount } }',
].join('\n');

const documents: readonly string[] = [
  doubling,
  `${'{ a '.repeat(5_000)}${'}'.repeat(5_000)}`,
  `{ namespaces { nodes { ${'name '.repeat(4_900)} } } }`,
  `{ ${times(100, (index) => `f${index}: __typename @skip(if: false)`)} }`,
  `{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }`,
];

const reviewAliases = (count: number, attempt: number) =>
  `{ ${times(count, (index) => `a${index}: workspace(namespace: "other-${(index + attempt) % OTHER_NAMESPACES}", name: "n-${attempt}-${index}") { name }`)} }`;

const bigPage = (first: number) =>
  `{ workspaces(first: ${first}) { nodes { name state metadata { labels { key value } } kind { displayName } pod { name phase } events { message } } } }`;

const LIVE = 'subscription { workspaces { type object { name stateMessage metadata { labels { key value } } } } }';

const yamls: readonly string[] = [
  `metadata: {name: nb-1}\nspec:\n${times(20_000, (index) => `  key${index}: [1, {a: b}, "c"]`, '\n')}`,
  '? '.repeat(50_000),
  `a: ${'['.repeat(90)}${times(60_000, () => '1', ',')}${']'.repeat(90)}`,
  times(90, (index) => `k${index}: &a${index} [${times(10, () => (index === 0 ? '1' : `*a${index - 1}`), ',')}]`, '\n'),
];

const REPLACE =
  'mutation ($manifest: JSON!) { replaceWorkspace(input: { namespace: "team-abusive", name: "nb-1", manifest: $manifest, dryRun: true }) { workspace { name } } }';

/** Kinds of overload, by name. */
export const ATTACKS = {
  documents: { clients: 2, attack: (context) => query(context, documents[context.attempt % documents.length] ?? '') },
  aliases: {
    clients: 2,
    attack: (context) => query(context, `{ ${times(20_000, (index) => `a${index}: __typename`)} }`),
  },
  reviewAliases: {
    clients: 2,
    attack: (context) => query(context, reviewAliases(context.attempt % 2 === 0 ? 100 : 20_000, context.attempt)),
  },
  bigPages: { clients: 2, attack: (context) => query(context, bigPage(context.attempt % 2 === 0 ? 1_000 : 10_000)) },
  badTokens: { clients: 2, attack: (context) => query({ ...context, token: randomUUID() }, '{ __typename }') },
  hugeBodies: { clients: 1, attack: (context) => post(context, hugeBody(context.attempt)) },
  hugeYaml: {
    clients: 1,
    attack: (context) => query(context, REPLACE, { manifest: yamls[context.attempt % yamls.length] }),
  },
  slowEventStreams: { clients: 10, attack: slowEventStream },
  slowWebSockets: { clients: 10, attack: (context) => withWebSocket(context, [LIVE], stall) },
  reconnects: { clients: 4, attack: (context) => withWebSocket(context, [LIVE], () => Promise.resolve()) },
  manySubscriptions: {
    clients: 2,
    attack: (context) => withWebSocket(context, distinctSubscriptions(context.attempt), reading),
  },
} as const satisfies Record<string, Attack>;

/** Operations of attacks that only limits may refuse. */
export const VALID_OPERATIONS: readonly string[] = [
  bigPage(10),
  LIVE,
  REPLACE,
  reviewAliases(2, 1),
  ...distinctSubscriptions(1).slice(0, 1),
];

export type AttackName = keyof typeof ATTACKS;
export const ATTACK_NAMES = Object.keys(ATTACKS) as readonly AttackName[];

function hugeBody(attempt: number): string {
  const size = attempt % 2 === 0 ? 3 * MEBIBYTE : 20 * MEBIBYTE;
  return `{"query":"{ __typename }","variables":{"x":${attempt % 3 === 0 ? `"${'x'.repeat(size)}"` : `[${'{"a":[1]},'.repeat(size / 10)}1]`}}}`;
}

function distinctSubscriptions(attempt: number): readonly string[] {
  return Array.from({ length: 100 }, (_, index) =>
    LIVE.replace('workspaces', `workspaces(filter: { search: "nb-${index}-${attempt}" })`),
  );
}

function query(context: AttackContext, text: string, variables: object = {}): Promise<void> {
  return post(context, JSON.stringify({ query: text, variables }));
}

/** Sends a request and reads its whole answer. Rejects if the connection fails. */
async function post({ port, token, agent, signal }: AttackContext, body: string): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'content-length': Buffer.byteLength(body),
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = request(
    { port, agent, method: 'POST', path: '/graphql', headers, signal, timeout: ANSWER_TIMEOUT_MS },
    (response) => {
      response.resume();
      response.once('close', () => resolve());
    },
  );
  sent.once('error', reject);
  sent.end(body);
  await promise;
}

/** Subscribes and never reads the answer: the buffers of the kernel fill, then those of the gateway. */
async function slowEventStream(context: AttackContext): Promise<void> {
  using connection = await RawConnection.open(context.port);
  connection.pause();
  const body = JSON.stringify({ query: LIVE });
  connection.send(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${context.token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await stall(connection, context.signal);
}

async function withWebSocket(
  { port, token, signal }: AttackContext,
  subscriptions: readonly string[],
  stay: (connection: RawConnection, signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  using connection = await RawConnection.open(port);
  connection.send(
    'GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  const payload = { authorization: `Bearer ${token}` };
  connection.send(encodeText(JSON.stringify({ type: 'connection_init', payload })));
  await connection.until((received) => received.includes('connection_ack'), ANSWER_TIMEOUT_MS);
  for (const [id, text] of subscriptions.entries())
    connection.send(encodeText(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: text } })));
  await stay(connection, signal);
}

async function stall(connection: RawConnection, signal: AbortSignal): Promise<void> {
  connection.pause();
  await reading(connection, signal);
}

async function reading(_: RawConnection, signal: AbortSignal): Promise<void> {
  await delay(STALL_MS, undefined, { signal });
}
