import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { grantName } from '../../../test/support/access/grants.ts';
import { RBAC } from '../../../test/support/access/rbac-objects.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { podOf } from '../../../test/support/pods.ts';
import { postOperation } from '../../../test/support/post-operation.ts';
import { startTestGateway, type SimulatedGateway } from '../../../test/support/test-gateway.ts';
import { waitFor } from '../../../test/support/wait-for.ts';

const POD = 'ws-nb-abcde-0';
const NB = 'namespace: "team-a", name: "nb"';
const objects = [namespace('team-a'), workspace('nb'), podOf('nb')];

async function logsOf(gateway: SimulatedGateway, args = '', selection = '{ text }'): Promise<unknown> {
  const { data, errors } = await gateway.query(`{ workspaceLogs(${NB} ${args}) ${selection} }`);
  expect(errors).toBeUndefined();
  return data?.['workspaceLogs'];
}

const running = {
  ready: true,
  restartCount: 0,
  image: 'x',
  imageID: '',
  state: { running: { startedAt: '2026-11-25T10:00:00Z' } },
};

/** Returns statuses of running containers. */
function runningIn(...names: readonly string[]) {
  return {
    spec: { nodeName: 'node-1', containers: names.map((name) => ({ name, image: 'x' })) },
    status: { containerStatuses: names.map((name) => ({ ...running, name })) },
  };
}

describe('workspaceLogs query', () => {
  it('returns the last lines of the log with their times', async () => {
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'one', { at: '2026-11-25T10:00:00.5Z' });
    gateway.cluster.log('team-a', POD, 'main', 'two\nthree', { at: '2026-11-25T10:00:07Z' });
    expect(await logsOf(gateway, 'tailLines: 2', '{ time text truncated }')).toEqual([
      { time: '2026-11-25T10:00:07.000000000Z', text: 'two', truncated: false },
      { time: '2026-11-25T10:00:07.000000000Z', text: 'three', truncated: false },
    ]);
    expect(await logsOf(gateway, 'sinceTime: "2026-11-25T11:00:00+01:00"')).toHaveLength(3);
    expect(await logsOf(gateway, 'sinceTime: "2026-11-25T10:00:01Z"')).toHaveLength(2);
  });

  it('omits the lines before sinceTime that are of the same second', async () => {
    await using gateway = await startTestGateway({ objects });
    for (const [text, at] of [
      ['one', '2026-11-25T10:00:00.25Z'],
      ['two', '2026-11-25T10:00:00.5Z'],
      ['three', '2026-11-25T10:00:00.75Z'],
    ] as const)
      gateway.cluster.log('team-a', POD, 'main', text, { at });
    const wanted = [{ text: 'two' }, { text: 'three' }];
    expect(await logsOf(gateway, 'sinceTime: "2026-11-25T10:00:00.500000001Z"')).toEqual(wanted);
    const live = gateway.subscribe(
      `subscription { workspaceLogs(namespace: "team-a", name: "nb", sinceTime: "2026-11-25T10:00:00.5Z") { text } }`,
    );
    expect((await live.next()).value).toEqual({ data: { workspaceLogs: wanted } });
  });

  it('reads the log of the given container, else of `main`, else of the first container', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), workspace('nb'), podOf('nb', runningIn('sidecar', 'main'))],
    });
    for (const container of ['sidecar', 'main']) gateway.cluster.log('team-a', POD, container, `of ${container}`);
    expect(await logsOf(gateway)).toEqual([{ text: 'of main' }]);
    expect(await logsOf(gateway, 'container: "sidecar"')).toEqual([{ text: 'of sidecar' }]);
    gateway.cluster.delete('v1', 'Pod', POD, 'team-a');
    gateway.cluster.apply(podOf('nb', runningIn('first', 'second')));
    gateway.cluster.log('team-a', POD, 'first', 'of first');
    const containers = `{ pod(namespace: "team-a", name: "${POD}") { containers { name } } }`;
    await waitFor(
      async () => JSON.stringify(await gateway.query(containers)).includes('second'),
      'the gateway knows the new pod',
    );
    expect(await logsOf(gateway)).toEqual([{ text: 'of first' }]);
  });

  it('returns the log of the previous run when previous is true', async () => {
    const lastState = { terminated: { exitCode: 1, reason: 'Error' } };
    const crashed = { ...running, name: 'main', restartCount: 1, lastState };
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'why it crashed');
    gateway.cluster.endLog('team-a', POD, 'main');
    gateway.cluster.apply(podOf('nb', { status: { containerStatuses: [crashed] } }));
    gateway.cluster.log('team-a', POD, 'main', 'started again');
    expect(await logsOf(gateway, 'previous: true')).toEqual([{ text: 'why it crashed' }]);
    expect(await logsOf(gateway)).toEqual([{ text: 'started again' }]);
  });

  it.each([
    ['tailLines: 0', { code: 'BAD_REQUEST' }],
    ['tailLines: 10001', { code: 'BAD_REQUEST' }],
    ['container: "other"', { code: 'BAD_REQUEST', status: 400 }],
    ['previous: true', { code: 'BAD_REQUEST', status: 400 }],
  ])('rejects a log request with %s', async (args, extensions) => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(`{ workspaceLogs(${NB} ${args}) { text } }`);
    expect(errors).toMatchObject([{ extensions }]);
  });

  it('returns the end of a log that exceeds the maximum length', async () => {
    await using gateway = await startTestGateway({ objects });
    const lines = Array.from({ length: 900 }, (_, number) => `${number} ${'x'.repeat(16_000)}`);
    gateway.cluster.log('team-a', POD, 'main', lines.join('\n'));
    const received = (await logsOf(gateway)) as readonly { readonly text: string }[];
    expect(received.length).toBeGreaterThan(400);
    expect(received.length).toBeLessThan(530);
    expect(received.map(({ text }) => text)).toEqual(lines.slice(-received.length));
  });

  it('returns NOT_FOUND without a workspace and CONFLICT without a pod', async () => {
    await using gateway = await startTestGateway({ objects: [workspace('nb')] });
    const ask = async (name: string) =>
      gateway.query(`{ workspaceLogs(namespace: "team-a", name: "${name}") { text } }`);
    expect((await ask('other')).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    expect((await ask('nb')).errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
  });

  it('returns FORBIDDEN without the permission, whether the workspace exists or not', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'pods/log' });
    for (const name of ['nb', 'other']) {
      const ask = `workspaceLogs(namespace: "team-a", name: "${name}") { text }`;
      const { errors } = await gateway.query(`{ ${ask} }`);
      expect(errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('You may not get pods/log') },
      ]);
      const followed = await gateway.subscribe(`subscription { ${ask} }`).next();
      expect(followed.value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
  });
});

/** Reads events until the stream ends. @returns the result with which it ended */
async function endOf(lines: AsyncIterable<unknown>): Promise<unknown> {
  try {
    for await (const _ of lines);
    return 'complete';
  } catch (error) {
    return error;
  }
}

/** Subscriber that reads the first batch and then pauses until it is resumed. */
async function pausedReader(url: string, query: string) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const frames: string[] = [];
  socket.on('message', (message: Buffer) => frames.push(message.toString()));
  socket.once('open', () => socket.send('{"type":"connection_init"}'));
  await waitFor(() => frames.length > 0, 'the connection is acknowledged');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  await waitFor(() => frames.length > 1, 'the first lines are received');
  socket.pause();
  return { socket, frames };
}

/** Resolves when a number no longer changes. */
async function untilStable(count: () => number): Promise<void> {
  let before = Number.NaN;
  let same = 0;
  await waitFor(() => {
    same = count() === before ? same + 1 : 0;
    before = count();
    return same === 40;
  }, 'the number is stable');
}

describe('workspaceLogs subscription', () => {
  const FOLLOW = `subscription { workspaceLogs(${NB}) { text } }`;

  it('sends new lines and completes when the container terminates', async () => {
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'before\nbefore too');
    const lines = gateway.subscribe(FOLLOW);
    expect((await lines.next()).value?.data).toEqual({
      workspaceLogs: [{ text: 'before' }, { text: 'before too' }],
    });
    gateway.cluster.log('team-a', POD, 'main', 'after');
    expect((await lines.next()).value?.data).toEqual({ workspaceLogs: [{ text: 'after' }] });
    gateway.cluster.endLog('team-a', POD, 'main');
    expect(await lines.next()).toMatchObject({ done: true });
    await waitFor(() => gateway.subscribers() === 0, 'nothing is counted any more');
  });

  it('completes after the existing lines when there is nothing to follow', async () => {
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'all');
    const lines = gateway.subscribe(`subscription { workspaceLogs(${NB} follow: false) { text } }`);
    expect((await lines.next()).value?.data).toEqual({ workspaceLogs: [{ text: 'all' }] });
    expect(await lines.next()).toMatchObject({ done: true });
  });

  it('closes the log request when the client unsubscribes', async () => {
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'before');
    const client = gateway.connect();
    const lines = client.iterate({ query: FOLLOW });
    await lines.next();
    expect([gateway.cluster.openLogs, gateway.subscribers()]).toEqual([1, 1]);
    await lines.return?.();
    await waitFor(() => gateway.cluster.openLogs === 0 && gateway.subscribers() === 0, 'no log is open');
    const again = client.iterate({ query: FOLLOW });
    await again.next();
    await client.dispose();
    await waitFor(() => gateway.cluster.openLogs === 0 && gateway.subscribers() === 0, 'no log is open');
  });

  it('sends log lines as Server-Sent Events', async () => {
    await using gateway = await startTestGateway({ objects });
    gateway.cluster.log('team-a', POD, 'main', 'before');
    gateway.cluster.endLog('team-a', POD, 'main');
    const query = `subscription { workspaceLogs(${NB} follow: false) { text } }`;
    const response = await postOperation(gateway.url, query, { headers: { accept: 'text/event-stream' } });
    const body = await response.text();
    expect(body).toContain('event: next\ndata: {"data":{"workspaceLogs":[{"text":"before"}]}}\n\n');
    expect(body).toContain('event: complete');
  });

  it('returns errors of the API server about a log', async () => {
    await using gateway = await startTestGateway({ objects });
    const lines = gateway.subscribe(`subscription { workspaceLogs(${NB} container: "other") { text } }`);
    await expect(lines.next()).rejects.toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('reads the log no faster than the client', async () => {
    await using gateway = await startTestGateway({ objects, maxPendingBytes: 70_000 });
    const lines = Array.from({ length: 8_000 }, (_, number) => `${number} ${'x'.repeat(5_000)}`);
    gateway.cluster.log('team-a', POD, 'main', lines.join('\n'));
    const { socket, frames } = await pausedReader(
      gateway.url,
      `subscription { workspaceLogs(${NB} tailLines: 10000 follow: false) { text } }`,
    );
    await untilStable(() => gateway.statistics().live.events);
    const sent = gateway.statistics().live.events;
    expect([gateway.cluster.openLogs, gateway.subscribers()]).toEqual([1, 1]);
    socket.resume();
    await waitFor(() => frames.at(-1)?.includes('complete') ?? false, 'the log is complete');
    socket.terminate();
    expect(sent).toBeLessThan(gateway.statistics().live.events / 2);
    const texts = frames.flatMap((frame) =>
      [...frame.matchAll(/"text":"(\d+) /gu)].map(([, number]) => Number(number)),
    );
    expect(texts).toEqual(lines.keys().toArray());
  });

  it('ends a log subscription when the permission is revoked', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'nothing' });
    gateway.cluster.log('team-a', POD, 'main', 'before');
    const lines = gateway.subscribe(FOLLOW);
    expect((await lines.next()).value?.data).toEqual({ workspaceLogs: [{ text: 'before' }] });
    gateway.cluster.delete(RBAC, 'ClusterRoleBinding', grantName('limited'));
    let over: unknown;
    void endOf(lines).then((error) => (over = error));
    await waitFor(() => {
      gateway.cluster.log('team-a', POD, 'main', 'after');
      return over !== undefined;
    }, 'the stream is over');
    expect(over).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

it('limits the logs that a viewer follows at once, over all connections', async () => {
  await using gateway = await startTestGateway({ objects, maxLogStreamsPerViewer: 2 });
  gateway.cluster.log('team-a', POD, 'main', 'one');
  const follow = () => gateway.subscribe(`subscription { workspaceLogs(${NB}) { text } }`);
  const [first, second] = [follow(), follow()];
  for (const stream of [first, second]) expect((await stream.next()).value?.data).toBeDefined();
  const refusal = [
    { message: expect.stringContaining('(MAX_LOG_STREAMS_PER_VIEWER)'), extensions: { code: 'RATE_LIMITED' } },
  ];
  expect((await follow().next()).value?.errors).toMatchObject(refusal);
  await first.return();
  await waitFor(() => gateway.subscribers() === 1, 'the first has ended');
  expect((await follow().next()).value?.data).toBeDefined();
});
