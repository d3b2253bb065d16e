import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import http, { ServerResponse, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const WORKSPACES = 300;
const LIST = '{ workspaces { nodes { name stateMessage } } }';
const CHANGES = 'subscription { workspaces { type object { name metadata { labels { key } } } } }';
/** In each state message, so that slices end within characters. */
const TEXT = 'ü→'.repeat(6_000);

const workspaceWith = (index: number, labels: Readonly<Record<string, string>>) =>
  workspace(`nb-${index}`, { state: 'Running', labels, status: { stateMessage: `${index} ${TEXT}` } });

let gateway: SimulatedGateway;
/** The answer of 9 MB. */
let expected: string;

beforeAll(async () => {
  const objects = Array.from({ length: WORKSPACES }, (_, index) => workspaceWith(index, {}));
  gateway = await startTestGateway({ objects: [namespace('team-a'), ...objects] });
  expected = JSON.stringify(await gateway.query(LIST));
}, 60_000);

afterAll(async () => gateway[Symbol.asyncDispose]());

it.each(['identity', 'zstd', 'br', 'gzip'])(
  'sends a long answer as JSON with the encoding %s when its document is new or known',
  async (encoding) => {
    const query = `${LIST} # ${encoding}`;
    const headers = { 'accept-encoding': encoding };
    const [first, second] = [
      await postOperation(gateway.url, query, { headers }),
      await postOperation(gateway.url, query, { headers }),
    ];
    expect(first.headers.get('content-encoding') ?? 'identity').toBe(encoding);
    expect(Number(first.headers.get('content-length'))).toBeGreaterThan(0);
    expect(first.headers.get('content-type')).toBe(second.headers.get('content-type'));
    expect((await first.text()) === expected).toBe(true); // a comparison of the texts would print both
    expect((await second.text()) === expected).toBe(true);
  },
  60_000,
);

it('sends a long answer as one event when the client accepts an event stream', async () => {
  const response = await postOperation(gateway.url, LIST, { headers: { accept: 'text/event-stream' } });
  const events = (await response.text()).split('\n\n');
  expect(events[1] === `event: next\ndata: ${expected}`).toBe(true);
  expect(events.slice(2)).toEqual(['event: complete\nid: ended\ndata:', '']);
}, 60_000);

/** Sends a request, and returns the response of the server with that of the client, of which only the headers have been read. */
async function requestUnread(query: string, accept: string) {
  const channel = 'http.server.response.created';
  const created = Promise.withResolvers<ServerResponse>();
  const onCreated = (message: unknown) => {
    const { response } = message as { response: unknown };
    if (response instanceof ServerResponse) created.resolve(response);
  };
  diagnostics.subscribe(channel, onCreated);
  const headers = { accept, 'content-type': 'application/json' };
  const request = http.request(gateway.url, { method: 'POST', headers }).end(JSON.stringify({ query }));
  const [received] = (await once(request, 'response')) as [IncomingMessage];
  diagnostics.unsubscribe(channel, onCreated);
  return { response: await created.promise, received };
}

it.each([
  ['a new document', 'application/json', '# unread'],
  ['a known document', 'application/json', '# unread'],
  ['an event stream', 'text/event-stream', ''],
])(
  'writes little of a long answer to %s while its client does not read',
  async (_, accept, comment) => {
    const { response, received } = await requestUnread(`${LIST} ${comment}`, accept);
    expect(response.writableLength).toBeLessThan(200_000);
    expect((await text(received)).includes(expected)).toBe(true);
  },
  60_000,
);

it('sends long answers as one message each, with the events of a subscription between them, when clients ask on one WebSocket', async () => {
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: string[] = [];
  socket.on('message', (message: Buffer) => messages.push(message.toString()));
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  await waitFor(() => messages.length > 0, 'the connection is acknowledged');
  const subscribe = (id: string, query: string) =>
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }));
  subscribe('events', CHANGES);
  await waitFor(() => messages.at(-1)?.includes('SYNCED') ?? false, 'the snapshot is complete');
  messages.length = 0;
  socket.pause();
  for (const id of ['a', 'b']) subscribe(id, LIST);
  for (let index = 0; index < WORKSPACES; index += 1) gateway.cluster.apply(workspaceWith(index, { changed: 'true' }));
  socket.resume();
  const isComplete = (id: string) => messages.includes(`{"id":"${id}","type":"complete"}`);
  const isChanged = () => messages.filter((message) => message.includes('MODIFIED')).length === WORKSPACES;
  await waitFor(() => isComplete('a') && isComplete('b') && isChanged(), 'all messages arrive');
  expect(messages).toHaveLength(WORKSPACES + 4);
  for (const id of ['a', 'b'])
    expect(messages.includes(`{"id":"${id}","type":"next","payload":${expected}}`)).toBe(true);
  socket.terminate();
}, 60_000);
