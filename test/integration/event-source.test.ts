import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { grantIn, viewing } from '../support/access/grants.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' }), ...grantIn('team-a', 'erin', viewing)];
const CHANGES = 'subscription { workspaces(namespace: "team-a") { type } }';
const erin = { name: 'erin', token: 'token-of-erin' };

/** Opens the stream again with the last id when it ends, as an EventSource does, until it gets another status than 200. */
async function eventSource(url: string, headers: Readonly<Record<string, string>> = {}) {
  const requests: string[] = [];
  let lastEventId = '';
  let body = '';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const resume: Readonly<Record<string, string>> = lastEventId === '' ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(url, { headers: { ...headers, ...resume, accept: 'text/event-stream' } });
    requests.push(String(response.status));
    if (response.status !== 200) break;
    const events = await response.text();
    body += events;
    lastEventId = [...events.matchAll(/^id: (.*)$/gmu)].at(-1)?.[1] ?? lastEventId;
  }
  return { requests, body };
}

function urlOf(gateway: SimulatedGateway, query: string): string {
  return `${gateway.url}?query=${encodeURIComponent(query)}`;
}

it.each([
  ['is invalid', 'subscription { nope }', 'BAD_REQUEST'],
  ['has an invalid argument', 'subscription { workspaces(after: "x") { type } }', 'BAD_REQUEST'],
  ['may not be watched', 'subscription { workspaces(namespace: "team-b") { type } }', 'FORBIDDEN'],
])('ends an EventSource with 204 when its subscription %s', async (_, query, code) => {
  await using gateway = await startTestGateway({ objects, users: [erin], authentication: { mode: 'token' } });
  const { requests, body } = await eventSource(urlOf(gateway, query), { authorization: `Bearer ${erin.token}` });
  expect(requests).toEqual(['200', '204']);
  expect(body).toContain(`"code":"${code}"`);
});

it('ends an EventSource with 204 when its subscription is no trusted document', async () => {
  await using gateway = await startTestGateway({ objects, persistedOperationsOnly: true });
  const { requests, body } = await eventSource(urlOf(gateway, CHANGES));
  expect(requests).toEqual(['200', '204']);
  expect(body).toContain('"code":"DOCUMENT_NOT_TRUSTED"');
});

it.each([
  ['is answered', '{ workspaces { totalCount } }', '"totalCount":1'],
  ['is answered in part', '{ workspaces { totalCount } workspace(namespace: "x", name: "y") { name } }', '"data":'],
  ['is invalid', '{ nope }', '"code":"BAD_REQUEST"'],
])('ends an EventSource with 204 when its query %s', async (_, query, expected) => {
  await using gateway = await startTestGateway({ objects });
  const { requests, body } = await eventSource(urlOf(gateway, query));
  expect(requests).toEqual(['200', '204']);
  expect(body.split('event: next')).toHaveLength(2);
  expect(body).toContain(expected);
});

it('ends an EventSource with 204 when its permission is revoked', async () => {
  const options = { objects, users: [erin], authentication: { mode: 'token' }, authorizationTtlSeconds: 1 } as const;
  await using gateway = await startTestGateway(options);
  const closed = eventSource(urlOf(gateway, CHANGES), { authorization: `Bearer ${erin.token}` });
  await waitFor(() => gateway.subscribers() === 1, 'the subscription is open');
  for (const { apiVersion, kind, metadata } of grantIn('team-a', 'erin', viewing))
    gateway.cluster.delete(apiVersion, kind, String(metadata.name), 'team-a');
  const { requests, body } = await closed;
  expect(requests).toEqual(['200', '204']);
  expect(body).toContain('"code":"FORBIDDEN"');
});

it('lets an EventSource reconnect when the gateway stops', async () => {
  let url = '';
  let opened: Promise<Response>;
  {
    await using gateway = await startTestGateway({ objects });
    url = urlOf(gateway, CHANGES);
    opened = fetch(url, { headers: { accept: 'text/event-stream' } });
    await waitFor(() => gateway.subscribers() === 1, 'the subscription is open');
  }
  const body = await (await opened).text();
  expect(body).toContain('event: complete');
  expect(body).not.toContain('id: ended');
});

const STATES = '{ "query": "subscription { workspaces { type object { state } } }" }';

/** Returns the bytes of a request for the event stream of {@link STATES}. */
function streamRequest(version: 'HTTP/1.0' | 'HTTP/1.1'): string {
  const headers = [
    'host: localhost',
    'content-type: application/json',
    'accept: text/event-stream',
    `content-length: ${STATES.length}`,
  ];
  return [`POST /graphql ${version}`, ...headers, '', STATES].join('\r\n');
}

/** Sends requests on one connection and returns what is received until the change of a workspace has arrived. */
async function receiveChange(gateway: SimulatedGateway, requests: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.write(requests);
  await waitFor(() => received.includes('SYNCED'), 'the snapshot arrives');
  gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
  // Its last chunk may arrive in parts.
  const end = requests.includes('HTTP/1.0') ? '\n\n' : '\n\n\r\n';
  await waitFor(() => received.includes('MODIFIED') && received.endsWith(end), 'the change arrives');
  socket.destroy();
  return received;
}

/** Returns the data of complete chunks. @throws {Error} if their sizes are wrong */
function unchunked(body: string): string {
  let data = '';
  for (let rest = body; rest !== '';) {
    const [, size = ''] = /^([\da-f]+)\r\n/u.exec(rest) ?? [];
    const start = size.length + 2;
    const end = start + Number.parseInt(size, 16);
    if (size === '' || rest.slice(end, end + 2) !== '\r\n') throw new Error(`Expected a chunk, got ${rest}`);
    data += rest.slice(start, end);
    rest = rest.slice(end + 2);
  }
  return data;
}

it.each([
  ['over HTTP/1.1', streamRequest('HTTP/1.1'), unchunked],
  ['over HTTP/1.0, which has no chunks', streamRequest('HTTP/1.0'), (body: string) => body],
  [
    'behind an earlier request of its connection',
    `GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n${streamRequest('HTTP/1.1')}`,
    unchunked,
  ],
])('sends a well-formed stream when it is read %s', async (_, requests, decode) => {
  await using gateway = await startTestGateway({ objects });
  const received = await receiveChange(gateway, requests);
  const head = received.indexOf('text/event-stream');
  const body = received.slice(received.indexOf('\r\n\r\n', head) + 4);
  const types = [...decode(body).matchAll(/"type":"(\w+)"/gu)].map(([, type]) => type);
  expect(types).toEqual(['RESET', 'ADDED', 'SYNCED', 'MODIFIED']);
});
