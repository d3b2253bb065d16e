import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { kubeflowRoles, bindingTo } from '../../dev/demo/roles.ts';
import { gatewayRoles, gatewayServiceAccount } from '../../dev/demo/users.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

type Line = Readonly<Record<string, unknown>>;

/** A log whose lines can be read. */
function recordingLog(level = 'info') {
  const texts: string[] = [];
  const log = pino({ level }, { write: (text: string) => void texts.push(text) });
  const lines = (message: string) => texts.map((text) => JSON.parse(text) as Line).filter(({ msg }) => msg === message);
  return { log, texts, lines };
}

const erin = { token: 'zqtokenqz', name: 'erin', groups: [] };
const objects = [
  namespace('team-a'),
  workspaceKind('jupyterlab'),
  workspace('nb-1', { state: 'Running' }),
  ...kubeflowRoles(),
  ...gatewayRoles('token'),
  bindingTo('kubeflow-view', { kind: 'User', name: 'erin' }, 'team-a'),
];
const token = { mode: 'token' } as const;
const PAUSE = 'mutation Pause { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }';

const mutate = (input: string) => `mutation { a: pauseWorkspace(input: { ${input} }) { warnings } }`;

async function post(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const body = JSON.stringify({ query });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  await response.text();
  return response;
}

describe('the request log', () => {
  it('has a line with the given id when a query is sent', async () => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log });
    const response = await post(gateway.url, 'query Who { viewer { name } }', { 'x-request-id': 'trace/1:a' });
    expect(response.headers.get('x-request-id')).toBe('trace/1:a');
    await waitFor(() => lines('request').length === 1, 'the line is written');
    expect(lines('request')).toMatchObject([
      {
        requestId: 'trace/1:a',
        transport: 'http',
        viewer: 'system:admin',
        operation: 'Who',
        type: 'query',
        durationMs: expect.any(Number),
        cost: expect.any(Number),
        status: 200,
        outcome: 'ok',
      },
    ]);
  });

  it.each([['a b'], ['a'.repeat(129)], ['{"a":1}']])('replaces the request id when it is %j', async (given) => {
    await using gateway = await startTestGateway();
    const response = await post(gateway.url, '{ viewer { name } }', { 'x-request-id': given });
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/u);
  });

  it('has a line for each operation of a WebSocket, when it has ended', async () => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, objects: [namespace('team-a')] });
    const client = gateway.connect();
    const events = client.iterate({ query: 'subscription Follow { namespaces { type } }' });
    await events.next();
    await client.iterate({ query: 'query Who { viewer { name } }' }).next();
    await client
      .iterate({ query: '{ nothing }' })
      .next()
      .catch(() => undefined);
    await waitFor(() => lines('request').length === 2, 'the queries have ended');
    await events.return?.();
    await waitFor(() => lines('request').length === 3, 'the subscription has ended');
    const [query, failed, subscription] = lines('request');
    expect(query).toMatchObject({ transport: 'websocket', operation: 'Who', type: 'query', outcome: 'ok' });
    expect(failed).toMatchObject({ transport: 'websocket', outcome: 'error', codes: ['BAD_REQUEST'] });
    expect(subscription).toMatchObject({
      operation: 'Follow',
      type: 'subscription',
      viewer: 'system:admin',
      outcome: 'ok',
    });
    const ids = lines('request').map(({ requestId }) => String(requestId).split('/'));
    expect(new Set(ids.map(([connection]) => connection)).size).toBe(1);
    expect(ids.map(([, number]) => number)).toEqual(['2', '3', '1']);
  });

  it('has a share of the successful requests, and all failed ones, when LOG_SAMPLE is 0.25', async () => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, logSample: 0.25 });
    for (let sent = 0; sent < 8; sent += 1) await post(gateway.url, '{ viewer { name } }');
    for (let sent = 0; sent < 2; sent += 1) await post(gateway.url, '{ nothing }');
    await waitFor(() => lines('request').length === 4, 'the lines are written');
    expect(lines('request').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'error', 'error']);
  });

  it('has a bounded number of lines, without the token, when clients are not authenticated', async () => {
    const { log, lines, texts } = recordingLog();
    await using gateway = await startTestGateway({ log, authentication: token, users: [gatewayServiceAccount] });
    const startedAt = performance.now();
    const sent = Array.from({ length: 200 }, (_, index) =>
      post(gateway.url, `query Q${index} { viewer { name } }`, { authorization: `Bearer zqtokenqz${index}` }),
    );
    await Promise.all(sent);
    await Promise.all(Array.from({ length: 50 }, () => fetch(new URL('/nothing', gateway.url))));
    await Promise.all(Array.from({ length: 50 }, () => post(gateway.url, '{ viewer { name } }')));
    const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
    const kinds = new Set(lines('request').map(({ status, codes }) => JSON.stringify([status, codes])));
    expect(kinds.size).toBeGreaterThan(1);
    expect(lines('request').length).toBeLessThanOrEqual(kinds.size * (seconds + 1));
    expect(texts.join('')).not.toContain('zqtokenqz');
  });
});

describe('the audit log', () => {
  it('has a line for each mutation when it succeeds, is a dry run, fails or is refused', async () => {
    const { log, lines, texts } = recordingLog('error');
    await using gateway = await startTestGateway({
      log,
      objects,
      auditLog: true,
      authentication: token,
      users: [erin],
    });
    await using viewer = connectUser(gateway.url, { token: erin.token });
    await using admin = connectUser(gateway.url, { token: gateway.cluster.token });
    await admin.ask(mutate('namespace: "team-a", name: "nb-1", dryRun: true'));
    await admin.ask(PAUSE);
    await admin.ask(mutate('namespace: "team-a", name: "zzz"'));
    await viewer.ask(PAUSE);
    await admin.ask(mutate('namespace: "a/b", name: "nb-1"'));
    await admin.ask(mutate('namespace: "team-a", name: "nb-1", typo: 1'));
    await viewer.connect().iterate({ query: PAUSE }).next();
    await waitFor(() => lines('mutation').length === 7, 'the lines are written');
    const target = { audit: true, mutation: 'pauseWorkspace', namespace: 'team-a', name: 'nb-1', dryRun: false };
    expect(lines('mutation')).toMatchObject([
      { ...target, dryRun: true, result: 'ok' },
      { ...target, result: 'ok' },
      { ...target, name: 'zzz', result: 'error', codes: ['NOT_FOUND'] },
      { ...target, viewer: 'erin', result: 'error', codes: ['FORBIDDEN'] },
      { ...target, namespace: 'a/b', result: 'error', codes: ['INVALID'] },
      { ...target, result: 'error', codes: ['BAD_REQUEST'] },
      { ...target, viewer: 'erin', result: 'error', codes: ['FORBIDDEN'] },
    ]);
    expect(lines('request')).toEqual([]);
    expect(texts.join('')).not.toContain('zqtokenqz');
  });

  it('has no values of inputs when a secret is created', async () => {
    const { log, lines, texts } = recordingLog();
    await using gateway = await startTestGateway({ log, auditLog: true, objects: [namespace('team-a')] });
    const query = 'mutation Create($input: CreateSecretInput!) { createSecret(input: $input) { secret { name } } }';
    const input = { namespace: 'team-a', name: 's-1', entries: [{ key: 'password', value: 'zqsecretqz' }] };
    await gateway.query(query, { input });
    await waitFor(() => lines('mutation').length === 1, 'the line is written');
    expect(lines('mutation')).toMatchObject([{ mutation: 'createSecret', namespace: 'team-a', name: 's-1' }]);
    expect(texts.join('')).not.toMatch(/zqsecretqz|enFzZWNyZXRxe/u);
  });
});
