import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { expect, it } from 'vitest';
import type { Manifest } from '../api-object.ts';
import { startTestSimulator, type TestSimulator } from '../test-simulator.ts';
import type { JsonObject } from '../json.ts';
import { MAX_LINES } from './container-log.ts';

const LOG = '/api/v1/namespaces/default/pods/nb/log';
const running = { running: { startedAt: '2026-11-25T10:00:00Z' } };
const crashing = {
  state: { waiting: { reason: 'CrashLoopBackOff' } },
  lastState: { terminated: { exitCode: 1, reason: 'Error' } },
};

it('returns the log of a container, with tailLines and timestamps if asked for', async () => {
  await using test = await startPod({ state: running });
  test.simulator.log('default', 'nb', 'main', 'one\ntwo\n', { at: '2026-11-25T10:00:00.5Z' });
  test.simulator.log('default', 'nb', 'main', 'three', { at: new Date('2026-11-25T10:00:07.123Z') });
  expect((await test.get(LOG)).text).toBe('one\ntwo\nthree\n');
  expect((await test.get(`${LOG}?tailLines=2&container=main`)).text).toBe('two\nthree\n');
  expect((await test.get(`${LOG}?limitBytes=6`)).text).toBe('one\ntw');
  expect((await test.get(`${LOG}?sinceTime=2026-11-25T10:00:07.9Z`)).text).toBe('three\n');
  expect((await test.get(`${LOG}?sinceTime=2026-11-25T10:00:08Z`)).text).toBe('');
  const [first, , third] = (await test.get(`${LOG}?timestamps=true`)).text.split('\n');
  expect(first).toBe('2026-11-25T10:00:00.500000000Z one');
  expect(third).toMatch(/^2026-11-25T10:00:07\.123\d{6}Z three$/u);
  expect((await test.get(LOG)).headers.get('content-type')).toBe('text/plain');
});

it('omits lines older than sinceSeconds or sinceTime', async () => {
  await using test = await startPod({ state: running });
  test.simulator.log('default', 'nb', 'main', 'long ago', { at: new Date(Date.now() - 3_600_000) });
  test.simulator.log('default', 'nb', 'main', 'now');
  expect((await test.get(`${LOG}?sinceSeconds=60`)).text).toBe('now\n');
});

it('follows a log line by line until the container ends', async () => {
  await using test = await startPod({ state: running });
  test.simulator.log('default', 'nb', 'main', 'before');
  const lines = await follow(test);
  expect(await lines.next()).toBe('before');
  test.simulator.log('default', 'nb', 'main', 'after');
  expect([await lines.next(), test.simulator.openLogs]).toEqual(['after', 1]);
  test.simulator.endLog('default', 'nb', 'main');
  expect(await lines.next()).toBeUndefined();
  expect(test.simulator.openLogs).toBe(0);
});

it('follows the log of a running container that has printed nothing yet', async () => {
  await using test = await startPod({ state: running });
  const lines = await follow(test);
  test.simulator.log('default', 'nb', 'main', 'first');
  expect(await lines.next()).toBe('first');
});

it('ends a followed log when the pod is deleted or the container stops running', async () => {
  await using test = await startPod({ state: running });
  test.simulator.log('default', 'nb', 'main', 'hello');
  const first = await follow(test);
  expect(await first.next()).toBe('hello');
  test.simulator.apply(pod([{ name: 'main', ...crashing }]));
  expect(await first.next()).toBeUndefined();
  test.simulator.apply(pod([{ name: 'main', state: running }]));
  test.simulator.log('default', 'nb', 'main', 'again');
  const second = await follow(test);
  expect(await second.next()).toBe('again');
  test.simulator.delete('v1', 'Pod', 'nb');
  expect(await second.next()).toBeUndefined();
  expect((await test.get(LOG)).body).toMatchObject({ code: 404, reason: 'NotFound', message: 'pods "nb" not found' });
});

it('returns the log of the previous run when previous is set', async () => {
  await using test = await startPod({ state: running, lastState: { terminated: { exitCode: 1 } } });
  test.simulator.log('default', 'nb', 'main', 'out of memory', { previous: true });
  test.simulator.log('default', 'nb', 'main', 'second run');
  expect([(await test.get(LOG)).text, (await test.get(`${LOG}?previous=true`)).text]).toEqual([
    'second run\n',
    'out of memory\n',
  ]);
  test.simulator.endLog('default', 'nb', 'main');
  test.simulator.log('default', 'nb', 'main', 'third run');
  expect((await test.get(`${LOG}?previous=true`)).text).toBe('second run\n');
});

it('returns the log of the last run when the container waits to run again', async () => {
  await using test = await startPod(crashing);
  test.simulator.log('default', 'nb', 'main', 'boom', { previous: true });
  const answers = [await test.get(`${LOG}?follow=true`), await test.get(`${LOG}?previous=true`)];
  expect(answers.map(({ text }) => text)).toEqual(['boom\n', 'boom\n']);
});

const refusals: readonly (readonly [string, JsonObject | undefined, string, string])[] = [
  ['a container that is not there', { state: running }, 'container=x', 'container x is not valid for pod nb'],
  [
    'a previous run that never was',
    { state: running },
    'previous=1',
    'previous terminated container "main" in pod "nb" not found',
  ],
  [
    'a container that is being created',
    { state: { waiting: { reason: 'ContainerCreating' } } },
    '',
    'container "main" in pod "nb" is waiting to start: ContainerCreating',
  ],
  [
    'a container without its image',
    { state: { waiting: { reason: 'ImagePullBackOff' } } },
    '',
    'container "main" in pod "nb" is waiting to start: trying and failing to pull image',
  ],
  ['a container of which nothing is known', undefined, '', 'container "main" in pod "nb" is not available'],
  ['a number that is none', { state: running }, 'tailLines=few', 'strconv.ParseInt: parsing "few": invalid syntax'],
];

it.each(refusals)('refuses to return the log of %s', async (_, status, query, message) => {
  await using test = await startPod(status);
  expect((await test.get(`${LOG}?${query}`)).body).toMatchObject({ code: 400, reason: 'BadRequest', message });
});

it('returns 400 without a container name when the pod has several', async () => {
  const manifest = pod([]);
  const containers = [{ name: 'main' }, { name: 'proxy' }];
  await using test = await startTestSimulator({
    objects: [{ ...manifest, spec: { nodeName: 'n', containers, initContainers: [{ name: 'setup' }] } }],
  });
  expect((await test.get(LOG)).body).toMatchObject({
    code: 400,
    message: 'a container name must be specified for pod nb, choose one of: [setup main proxy]',
  });
});

it('returns 204 when the pod has no node', async () => {
  await using test = await startTestSimulator({ objects: [{ ...pod([]), spec: { containers: [{ name: 'main' }] } }] });
  expect(await test.get(LOG)).toMatchObject({ status: 204, text: '' });
});

it('refuses invalid numbers, other verbs and other media types', async () => {
  await using test = await startPod({ state: running });
  const invalid = await test.get(`${LOG}?tailLines=-1`);
  const message = 'PodLogOptions "nb" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0';
  expect(invalid.body).toMatchObject({ code: 422, reason: 'Invalid', message });
  expect((await test.get(`${LOG}?sinceSeconds=1&sinceTime=2026-11-25T10:00:00Z`)).status).toBe(422);
  expect((await test.send('POST', LOG, {})).status).toBe(405);
  expect((await test.get(LOG, 'text/plain')).status).toBe(406);
});

it('reads a log only as fast as its client reads it', async () => {
  await using test = await startPod({ state: running });
  const line = 'x'.repeat(8_000);
  for (let i = 0; i < MAX_LINES; i += 1) test.simulator.log('default', 'nb', 'main', line);
  const response = await open(test, 'follow=true');
  expect(test.simulator.openLogs).toBe(1);
  test.simulator.log('default', 'nb', 'main', Array.from({ length: MAX_LINES }, () => 'late').join('\n'));
  test.simulator.endLog('default', 'nb', 'main');
  const text = await response.text();
  // Lines that were dropped before they were sent are lost; the kept ones are sent, to the last line.
  expect(text.length).toBeLessThan(MAX_LINES * 8_001);
  expect(text.split('late\n').length - 1).toBe(MAX_LINES);
});

it('authorizes logs as get of pods/log and lists the subresource in discovery', async () => {
  const alice = { token: 'token-of-alice', name: 'alice' };
  await using test = await startTestSimulator({ users: [alice], objects: [pod([{ name: 'main', state: running }])] });
  const ask = () => fetch(`${test.simulator.url}${LOG}`, { headers: { Authorization: `Bearer ${alice.token}` } });
  expect(await (await ask()).json()).toMatchObject({
    message:
      'pods "nb" is forbidden: User "alice" cannot get resource "pods/log" in API group "" in the namespace "default"',
  });
  for (const object of readersOfLogs('alice')) test.simulator.apply(object);
  expect((await ask()).status).toBe(200);
  const { body } = await test.get('/api/v1');
  expect(body['resources']).toContainEqual(expect.objectContaining({ name: 'pods/log', verbs: ['get'] }));
});

function pod(containerStatuses: readonly JsonObject[]): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'nb', namespace: 'default' },
    spec: { nodeName: 'worker-1', containers: [{ name: 'main', image: 'jupyter' }] },
    status: { phase: 'Running', containerStatuses },
  };
}

function startPod(status: JsonObject | undefined): Promise<TestSimulator> {
  return startTestSimulator({ objects: [pod(status ? [{ name: 'main', ...status }] : [])] });
}

function open({ simulator }: TestSimulator, query: string): Promise<Response> {
  return fetch(`${simulator.url}${LOG}?${query}`, { headers: { Authorization: `Bearer ${simulator.token}` } });
}

async function follow(test: TestSimulator) {
  const { body } = await open(test, 'follow=true');
  const input = Readable.fromWeb(body as ReadableStream);
  const lines = createInterface({ input })[Symbol.asyncIterator]();
  return {
    next: async (): Promise<string | undefined> => {
      const { value, done } = await lines.next();
      return done ? undefined : value;
    },
  };
}

function readersOfLogs(name: string): readonly Manifest[] {
  const metadata = { name: 'log-readers', namespace: 'default' };
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'log-readers' };
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef,
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name }],
    },
  ];
}
