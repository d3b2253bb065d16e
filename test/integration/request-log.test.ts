import { describe, expect, it } from 'vitest';
import type { InjectedError } from '../../dev/simulator/faults.ts';
import { kubeflowRoles, bindingTo } from '../../dev/demo/roles.ts';
import { gatewayRoles, gatewayServiceAccount } from '../../dev/demo/users.ts';
import { RawConnection } from '../support/abuse/raw-connection.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { claim } from '../support/storage.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

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

const mayNotUpdate = 'viewer may not update workspaces.kubeflow.org in the namespace "team-a"';

const forbiddenWrite: InjectedError = { status: 403, reason: 'Forbidden', when: ({ verb }) => verb === 'patch' };

const mutate = (input: string) => `mutation { a: pauseWorkspace(input: { ${input} }) { warnings } }`;

async function post(url: string, query: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await postOperation(url, query, { headers });
  await response.text();
  return response;
}

describe('the request log', () => {
  it('logs a line with the given id when a query is sent', async () => {
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
    expect(response.headers.get('x-request-id')).toMatch(/^[\da-f]{32}$/u);
  });

  it('logs a line for each operation of a WebSocket when it has ended', async () => {
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

  it('logs a line when a WebSocket is refused because its client is not authenticated, or has too many', async () => {
    const { log, lines } = recordingLog();
    const settings = { authentication: token, users: [erin], objects, maxWebsocketsPerViewer: 1 };
    await using gateway = await startTestGateway({ log, ...settings });
    const connectAs = async (value: string) => {
      const client = gateway.connect({ connectionParams: { authorization: `Bearer ${value}` } });
      await client
        .iterate({ query: 'subscription { namespaces { type } }' })
        .next()
        .catch(() => undefined);
      return client;
    };
    await connectAs('unknown');
    const first = await connectAs(erin.token);
    await connectAs(erin.token);
    await waitFor(() => lines('request').length === 2, 'the lines are written');
    const refusal = { requestId: expect.any(String), transport: 'websocket', outcome: 'error' };
    expect(lines('request')).toMatchObject([
      { ...refusal, closeCode: 4401, codes: ['UNAUTHENTICATED'] },
      { ...refusal, closeCode: 1013, codes: ['RATE_LIMITED'], viewer: 'erin' },
    ]);
    expect(lines('request')[0]).not.toHaveProperty('viewer');
    await first.dispose();
  });

  it('logs a share of the successful requests, and all failed ones, when LOG_SAMPLE is 0.25', async () => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, logSample: 0.25 });
    for (let sent = 0; sent < 8; sent += 1) await post(gateway.url, '{ viewer { name } }');
    for (let sent = 0; sent < 2; sent += 1) await post(gateway.url, '{ nothing }');
    await waitFor(() => lines('request').length === 4, 'the lines are written');
    expect(lines('request').map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'error', 'error']);
  });

  const hash = 'a'.repeat(64);
  const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } };
  it.each([
    ['names a document that is not known', JSON.stringify(persisted), 'PERSISTED_QUERY_NOT_FOUND'],
    ['has a text with another hash', JSON.stringify({ ...persisted, query: '{ __typename }' }), 'BAD_REQUEST'],
    ['is malformed JSON', '{', 'BAD_REQUEST'],
    ['has no document', '{}', 'BAD_REQUEST'],
    ['has a document that is no text', '{ "query": 1 }', 'BAD_REQUEST'],
    ['has too many values', JSON.stringify({ variables: { list: Array(20).fill(1) } }), 'TOO_LARGE'],
    ['is too long', JSON.stringify({ query: '#'.repeat(1_000) }), 'TOO_LARGE'],
  ])('logs the code of the error when a request %s', async (_, body, code) => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, maxBodyValues: 10, maxBodyBytes: 500 });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(gateway.url, { method: 'POST', headers, body });
    expect(await answer.text()).toContain(code);
    await waitFor(() => lines('request').length === 1, 'the line is written');
    expect(lines('request')).toMatchObject([{ status: answer.status, outcome: 'error', codes: [code] }]);
  });

  it.each([
    ['its origin', { origin: 'https://evil.example' }, 'FORBIDDEN'],
    ['its site', { 'sec-fetch-site': 'cross-site' }, 'FORBIDDEN'],
    ['the type of its body', { 'content-type': 'text/plain' }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['the compression of its body', { 'content-encoding': 'zstd' }, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('logs the code of the error when a request is refused for %s', async (_, headers, code) => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log });
    const { status } = await post(gateway.url, '{ __typename }', headers);
    await waitFor(() => lines('request').length === 1, 'the line is written');
    expect(lines('request')).toMatchObject([{ status, outcome: 'error', codes: [code] }]);
  });

  it.each([
    ['JSON', 'application/json'],
    ['Server-Sent Events', 'text/event-stream'],
  ])('logs the status 499 when a client that accepts %s resets its connection within the body', async (_, accept) => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, logSample: 0, metricsPort: 0 });
    using connection = await RawConnection.open(Number(new URL(gateway.url).port));
    const headers = `Host: localhost\r\nAccept: ${accept}\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue`;
    connection.send(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n{`);
    expect(await connection.until((received) => received.length > 0, 15_000)).toBe(true); // 100 Continue: it is handled
    connection.reset();
    await waitFor(() => lines('request').length === 1, 'the line is written');
    expect(lines('request')).toMatchObject([{ status: 499, outcome: 'error', codes: ['TIMEOUT'] }]);
    expect(await gateway.metrics()).toContain('operations_total{operation="none",type="none",code="HTTP_499"} 1\n');
  });

  it('logs a failed request that has no code when LOG_SAMPLE is 0', async () => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, logSample: 0 });
    await post(gateway.url, '{ viewer { name } }');
    const mutation = await fetch(gateway.url, {
      method: 'QUERY',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: PAUSE }),
    });
    expect(mutation.status).toBe(405);
    await waitFor(() => lines('request').length === 1, 'the line is written');
    expect(lines('request')).toMatchObject([{ status: 405, outcome: 'error' }]);
  });

  it('logs a bounded number of lines, without the token, when clients are not authenticated', async () => {
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
    expect([...kinds]).toEqual(expect.arrayContaining(['[401,["UNAUTHENTICATED"]]', '[404,null]']));
    expect(lines('request').length).toBeLessThanOrEqual(kinds.size * (seconds + 1));
    expect(texts.join('')).not.toContain('zqtokenqz');
  });
});

describe('the audit log', () => {
  it('logs an audit line for each mutation when it succeeds, is a dry run, fails or is refused', async () => {
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
      { ...target, viewer: 'erin', result: 'error', codes: ['FORBIDDEN'], reasons: [mayNotUpdate] },
      { ...target, namespace: 'a/b', result: 'error', codes: ['INVALID'] },
      { ...target, result: 'error', codes: ['BAD_REQUEST'] },
      { ...target, viewer: 'erin', result: 'error', codes: ['FORBIDDEN'], reasons: [mayNotUpdate] },
    ]);
    expect(lines('request')).toEqual([]);
    expect(texts.join('')).not.toContain('zqtokenqz');
  });

  it.each(['application/json', 'text/event-stream'])(
    'does not have the result ok when a client that accepts %s leaves before the answer',
    async (accept) => {
      const { log, lines } = recordingLog();
      await using gateway = await startTestGateway({ log, objects, auditLog: true });
      const { promise: isSent, resolve } = Promise.withResolvers<void>();
      using _ = gateway.cluster.faults.delay(60_000, ({ verb }) => {
        if (verb === 'patch') resolve();
        return verb === 'patch';
      });
      const client = new AbortController();
      const answer = postOperation(gateway.url, PAUSE, { headers: { accept }, signal: client.signal });
      await isSent;
      client.abort();
      await expect(answer).rejects.toThrow('aborted');
      await waitFor(() => lines('request').length === 1, 'the lines are written');
      const failed = { codes: ['TIMEOUT'] };
      expect(lines('mutation')).toMatchObject([
        { mutation: 'pauseWorkspace', name: 'nb-1', result: 'error', ...failed },
      ]);
      expect(lines('request')).toMatchObject([{ operation: 'Pause', status: 499, outcome: 'error', ...failed }]);
    },
  );

  it('logs the reason, but no other text of the API server, when a quota or a webhook refuses a mutation', async () => {
    const { log, lines, texts } = recordingLog();
    await using gateway = await startTestGateway({ log, objects, auditLog: true });
    const refused = 'workspaces.kubeflow.org "nb-1" is forbidden: exceeded quota: compute, requested: zqamountqz';
    const denied = 'admission webhook "v.example.com" denied the request: zqpasswordqz';
    for (const message of [refused, denied]) {
      using _ = gateway.cluster.faults.refuse({ ...forbiddenWrite, message });
      await gateway.query(PAUSE);
    }
    const expected = [['ResourceQuota compute'], ['webhook v.example.com']];
    await waitFor(() => lines('request').length === 2, 'the lines are written');
    for (const message of ['mutation', 'request'])
      expect(lines(message).map(({ codes, reasons }) => [codes, reasons])).toEqual(
        expected.map((reasons) => [['FORBIDDEN'], reasons]),
      );
    expect(texts.join('')).not.toMatch(/zq\w+qz/u);
  });

  it.each([
    ['with its request', ''],
    ['as a bulk action', ', actionId: "a1"'],
  ])('logs an audit line for each workspace when a mutation of several writes them %s', async (_, actionId) => {
    const { log, lines } = recordingLog();
    const two = [...objects, workspace('nb-2', { state: 'Running' })];
    await using gateway = await startTestGateway({ log, objects: two, auditLog: true });
    const query = `mutation { pauseWorkspaces(input: { namespace: "team-a", filter: {}${actionId} }) { warnings } }`;
    const message = 'workspaces.kubeflow.org "nb-2" is forbidden: exceeded quota: compute, requested';
    gateway.cluster.faults.refuse({
      ...forbiddenWrite,
      message,
      when: ({ verb, name }) => verb === 'patch' && name === 'nb-2',
    });
    await gateway.query(query);
    const named = () => lines('mutation').filter(({ name }) => name !== undefined);
    await waitFor(() => named().length === 2, 'the lines are written');
    const line = {
      audit: true,
      requestId: expect.any(String),
      viewer: 'system:admin',
      mutation: 'pauseWorkspaces',
      kind: 'Workspace',
      namespace: 'team-a',
      dryRun: false,
    };
    expect(named().toSorted((one, other) => String(one['name']).localeCompare(String(other['name'])))).toMatchObject([
      { ...line, name: 'nb-1', result: 'ok' },
      { ...line, name: 'nb-2', result: 'error', codes: ['FORBIDDEN'], reasons: ['ResourceQuota compute'] },
    ]);
  });

  it('logs an audit line for each claim when a workspace is deleted with its volumes', async () => {
    const { log, lines } = recordingLog();
    const data = ['data', 'fixed'].map((pvcName) => ({ pvcName, mountPath: `/${pvcName}` }));
    const options = { imageConfig: 'scipy', podConfig: 'tiny' };
    const mounting = workspace('nb-2', { spec: { podTemplate: { volumes: { data }, options } } });
    const claims = [claim('data'), claim('fixed', { metadata: { labels: {} } })];
    await using gateway = await startTestGateway({ log, objects: [...objects, mounting, ...claims], auditLog: true });
    const input = 'namespace: "team-a", name: "nb-2", deleteVolumes: true';
    await gateway.query(`mutation { deleteWorkspace(input: { ${input} }) { warnings } }`);
    await waitFor(() => lines('mutation').length === 3, 'the lines are written');
    const claimLine = { audit: true, mutation: 'deleteWorkspace', kind: 'PersistentVolumeClaim', dryRun: false };
    const byName = (name: string) => lines('mutation').find((line) => line['name'] === name);
    expect(byName('data')).toMatchObject({ ...claimLine, namespace: 'team-a', result: 'ok' });
    expect(byName('fixed')).toMatchObject({ ...claimLine, result: 'error', codes: ['FORBIDDEN'] });
    expect(byName('nb-2')).toMatchObject({ mutation: 'deleteWorkspace', result: 'ok' });
  });

  it('logs no values of inputs when a secret is created', async () => {
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
