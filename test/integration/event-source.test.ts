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
  await waitFor(() => gateway.readers() === 1, 'the subscription is open');
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
    await waitFor(() => gateway.readers() === 1, 'the subscription is open');
  }
  const body = await (await opened).text();
  expect(body).toContain('event: complete');
  expect(body).not.toContain('id: ended');
});
