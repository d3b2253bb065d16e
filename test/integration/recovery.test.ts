import { describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { alwaysWatched } from '../support/always-watched.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import {
  about,
  change,
  codeOfQuery,
  deleteDefinition,
  nameIn,
  NAMESPACES,
  refuseNextWatch,
  requestsFor,
  servedAgain,
  snapshot,
  startGatewayBehind,
  synced,
  timesRead,
  typeIn,
  type NamespaceEvents,
} from '../support/fault-injection.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startGatewayFor, startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { pause, readinessOf } from '../support/workspace-requests.ts';
import { followWorkspaces, freshVersions, versionsIn } from '../support/workspace-view.ts';

describe('an interrupted watch', () => {
  it('resumes without a list when the server ends the watch', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect([timesRead(gateway), requestsFor(gateway, 'watch').length]).toEqual([1, 2]);
    await view.converges();
  });

  it('resumes after a check for a rollback when the connection breaks', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.dropWatches();
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    const pages = requestsFor(gateway, 'list').map(({ url }) =>
      new URL(url, 'http://server').searchParams.get('limit'),
    );
    expect([timesRead(gateway), new Set(pages)]).toEqual([1, new Set(['1'])]);
    await view.converges();
  });

  it('restarts the watch without losing events when it is idle for too long', async () => {
    await using gateway = await startTestGateway({ objects: snapshot, watchIdleTimeoutMs: 300 });
    const view = await synced(gateway);
    const watches = requestsFor(gateway, 'watch').length;
    const speak = gateway.cluster.faults.stall();
    change(gateway.cluster);
    await waitFor(() => requestsFor(gateway, 'watch').length >= watches + 2, 'it has begun again twice');
    speak();
    // Several watches in vain are followed by a list, which has another order.
    expect((await view.next(3)).toSorted()).toEqual(['ADDED nb-3', 'DELETED nb-2', 'MODIFIED nb-1']);
    await view.converges();
  });

  it('keeps an idle watch open when bookmarks arrive', async () => {
    await using gateway = await startTestGateway({ objects: snapshot, watchIdleTimeoutMs: 4_000 });
    const view = await synced(gateway);
    const end = Date.now() + 4_500;
    await waitFor(() => Date.now() > end, 'more than the deadline has passed');
    expect(requestsFor(gateway, 'watch')).toHaveLength(1);
    await view.converges();
  });
});

describe('an expired resourceVersion', () => {
  it.each(['event', 'status'] as const)(
    'relists and sends the missed changes when the %s is 410 Gone',
    async (answer) => {
      await using gateway = await startTestGateway({ objects: [...snapshot, workspace('still')] });
      const view = await synced(gateway);
      await gateway.cluster.faults.stop();
      change(gateway.cluster);
      gateway.cluster.faults.compact({ answer });
      await gateway.cluster.faults.start();
      expect((await view.next(3)).toSorted()).toEqual(['ADDED nb-3', 'DELETED nb-2', 'MODIFIED nb-1']);
      expect(timesRead(gateway)).toBe(2);
      await view.converges();
    },
  );

  it('relists after 410 Gone in a running watch without sending unchanged objects again', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    const watches = requestsFor(gateway, 'watch').length;
    gateway.cluster.faults.expireWatches();
    await waitFor(() => requestsFor(gateway, 'watch').length > watches, 'it is watched again');
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });
});

describe('an unavailable API server', () => {
  it.each([429, 503])(
    'waits for Retry-After and serves the cache when the API server responds with %i',
    async (status) => {
      await using gateway = await startTestGateway({ objects: snapshot });
      const view = await synced(gateway);
      const before = await freshVersions(gateway);
      const arrivals = refuseNextWatch(gateway.cluster, { status, retryAfterSeconds: 2 });
      gateway.cluster.faults.endWatches();
      change(gateway.cluster);
      await waitFor(() => arrivals.length === 1, 'the watch has been refused');
      expect(await freshVersions(gateway)).toEqual(before);
      expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
      expect(Number(arrivals[1]) - Number(arrivals[0])).toBeGreaterThan(1_990);
      await view.converges();
    },
  );

  it('retries and serves the cache when the API server refuses connections', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    const before = await freshVersions(gateway);
    await gateway.cluster.faults.stop();
    change(gateway.cluster);
    expect(await freshVersions(gateway)).toEqual(before);
    await gateway.cluster.faults.start();
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });

  it('reports that it is ready again when the API server answers again, although no watch was interrupted and no client sends a request', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const watches = () => gateway.cluster.requests.filter(({ verb }) => verb === 'watch').length;
    const before = watches();
    const undo = gateway.cluster.faults.refuse({ status: 503, retryAfterSeconds: 0 });
    await waitFor(async () => {
      await pause(gateway);
      return (await readinessOf(gateway)) === 503;
    }, 'it is not ready');
    undo();
    await waitFor(async () => (await readinessOf(gateway)) === 200, 'it is ready');
    expect(watches()).toBe(before);
  }, 40_000);

  it('reports since when the copy is stale while the API server refuses connections', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const staleSince = async () => {
      const { data } = await gateway.query('{ gateway { kinds { kind staleSince } } }');
      const { kinds } = (data as { gateway: { kinds: readonly { kind: string; staleSince: string | null }[] } })
        .gateway;
      return kinds.find(({ kind }) => kind === 'Workspace')?.staleSince;
    };
    expect(await staleSince()).toBeNull();
    const stoppedAt = Date.now();
    await gateway.cluster.faults.stop();
    await waitFor(async () => (await staleSince()) !== null, 'it is stale');
    expect(Date.parse((await staleSince()) ?? '')).toBeGreaterThanOrEqual(stoppedAt - 5);
    await gateway.cluster.faults.start();
    await waitFor(async () => (await staleSince()) === null, 'it is fresh again');
  });

  it.each([
    ['an internal error', { status: 500 }],
    [
      'a version that it has not seen yet',
      { status: 504, message: 'Timeout: Too large resource version: 9, current: 1' },
    ],
    ['a version that it says it will never see', { ...tooLarge(), times: 3 }],
  ])('retries when a watch is answered with %s', async (_, refusal) => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.refuse({ times: 1, ...refusal, when: about('watch') });
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    expect((await view.next(3)).toSorted()).toEqual(['ADDED nb-3', 'DELETED nb-2', 'MODIFIED nb-1']);
    await view.converges();
  });
});

describe('rejected credentials and permissions', () => {
  it('reads the kubeconfig again when the token is rejected', async () => {
    await using directory = await createScratchDirectory();
    await using gateway = await startGatewayBehind(directory);
    const view = await synced(gateway);
    gateway.cluster.faults.rotateToken();
    await directory.write('config', gateway.cluster.kubeconfig);
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect(gateway.cluster.requests.filter(({ status }) => status === 401)).not.toHaveLength(0);
    await view.converges();
  });

  it('retries until the kubeconfig has a valid token', async () => {
    await using directory = await createScratchDirectory();
    await using gateway = await startGatewayBehind(directory);
    const view = await synced(gateway);
    gateway.cluster.faults.rotateToken();
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    const refused = () =>
      [...requestsFor(gateway, 'watch'), ...requestsFor(gateway, 'list')].filter(({ status }) => status === 401);
    await waitFor(() => refused().length >= 2, 'it was refused twice');
    await directory.write('config', gateway.cluster.kubeconfig);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });

  it('serves the cache when the watch is forbidden', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    const before = await freshVersions(gateway);
    const allow = gateway.cluster.faults.refuse({ status: 403, when: about('watch') });
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    await waitFor(
      () => requestsFor(gateway, 'watch').some(({ status }) => status === 403),
      'the watch has been refused',
    );
    expect(await freshVersions(gateway)).toEqual(before);
    allow();
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });

  it('returns an error for one kind when its first list is forbidden, until it is allowed', async () => {
    await using cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...snapshot] });
    const allow = cluster.faults.refuse({ status: 403, when: ({ resource }) => resource === 'workspaces' });
    await using gateway = { ...(await startGatewayFor(cluster.kubeconfig, { when: 'at once' })), cluster };
    await waitFor(async () => (await codeOfQuery(gateway, 'workspaces')) === 'FORBIDDEN', 'reading is forbidden');
    expect(await followWorkspaces(gateway).endCode()).toBe('FORBIDDEN');
    await waitFor(async () => (await codeOfQuery(gateway, 'workspaceKinds')) === undefined, 'other kinds are served');
    allow();
    await waitFor(async () => (await codeOfQuery(gateway, 'workspaces')) === undefined, 'reading is allowed');
    await (await synced(gateway)).converges();
  });
});

describe('a kind whose definition is deleted', () => {
  it('returns KIND_UNAVAILABLE for queries and subscriptions of a kind when its definition is deleted', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    const namespaces = gateway.subscribe<NamespaceEvents>(NAMESPACES);
    await namespaces.next();
    deleteDefinition(gateway.cluster);
    expect(await view.endCode()).toBe('KIND_UNAVAILABLE');
    expect(await codeOfQuery(gateway, 'workspaces')).toBe('KIND_UNAVAILABLE');
    expect(await followWorkspaces(gateway).endCode()).toBe('KIND_UNAVAILABLE');
    expect(await codeOfQuery(gateway, 'workspaceKinds')).toBeUndefined();
    gateway.cluster.apply(namespace('team-b'));
    await waitFor(async () => nameIn(await namespaces.next()) === 'team-b', 'the other kind is still followed');
  });

  it('serves a kind again when its definition is created again', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    await synced(gateway);
    deleteDefinition(gateway.cluster);
    await waitFor(async () => (await codeOfQuery(gateway, 'workspaces')) === 'KIND_UNAVAILABLE', 'it is not served');
    gateway.cluster.apply(workspaceCrd);
    gateway.cluster.apply(workspace('nb-9'));
    await servedAgain(gateway);
    const view = await synced(gateway);
    expect(await freshVersions(gateway)).toEqual(versionsIn(gateway.cluster));
    await view.converges();
  });
});

describe('an API server without streaming lists', () => {
  it('lists in pages when the API server does not support streaming lists', async () => {
    await using cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...snapshot] });
    cluster.faults.rejectStreamingLists(true);
    await using gateway = { ...(await startGatewayFor(cluster.kubeconfig)), cluster };
    const view = await synced(gateway);
    cluster.faults.expireWatches();
    await waitFor(
      () => requestsFor(gateway, 'list').length >= 2 && cluster.openWatches === alwaysWatched.length,
      'it is watched again',
    );
    change(cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });
});

describe('invalid watch events', () => {
  it.each([
    ['a line that is no JSON', '{"type":'],
    ['an event of no type', '{"type":"PING","object":{}}'],
    ['an object without a uid', '{"type":"ADDED","object":{"metadata":{"name":"nameless","resourceVersion":"9999"}}}'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{}}'],
  ])('skips an invalid watch event and continues: %s', async (_, line) => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.injectLine(line);
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect(requestsFor(gateway, 'watch')).toHaveLength(1);
    await view.converges();
  });

  it('sends one event when the server sends every watch event twice', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.duplicateEvents(true);
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });
});

describe('a restored API server', () => {
  it('sends RESET and a new snapshot when an older backup is restored', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    const backup = gateway.cluster.faults.snapshot();
    change(gateway.cluster);
    await view.next(3);
    await gateway.cluster.faults.restart({ data: backup });
    expect((await view.next(4)).toSorted()).toEqual(['ADDED nb-1', 'ADDED nb-2', 'RESET', 'SYNCED']);
    gateway.cluster.apply(workspace('nb-4'));
    expect(await view.next(1)).toEqual(['ADDED nb-4']);
    await view.converges();
  });

  it('ends subscriptions of missing kinds and resets the others when the API server has lost its data', async () => {
    await using gateway = await startTestGateway({ objects: [...snapshot, namespace('team-b')] });
    const view = await synced(gateway);
    const namespaces = gateway.subscribe<NamespaceEvents>(NAMESPACES);
    await waitFor(async () => typeIn(await namespaces.next()) === 'SYNCED', 'the snapshot is complete');
    await gateway.cluster.faults.restart({ data: 'lose' });
    expect(await view.endCode()).toBe('KIND_UNAVAILABLE');
    await waitFor(async () => typeIn(await namespaces.next()) === 'RESET', 'subscribers receive RESET');
    gateway.cluster.apply(workspaceCrd);
    gateway.cluster.apply(workspace('nb-9'));
    await servedAgain(gateway);
    await (await synced(gateway)).converges();
  });
});

describe('an object that is created again during an interruption', () => {
  it.each(['remembers', 'has forgotten'])('sends DELETED and ADDED when the server %s the history', async (memory) => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    await gateway.cluster.faults.stop();
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    gateway.cluster.apply(workspace('nb-1', { state: 'Running' }));
    if (memory === 'has forgotten') gateway.cluster.faults.compact();
    await gateway.cluster.faults.start();
    expect(await view.next(2)).toEqual(['DELETED nb-1', 'ADDED nb-1']);
    await view.converges();
  });
});

describe('a gateway that starts before its API server is available', () => {
  it('becomes ready when the first lists succeed', async () => {
    await using cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...snapshot] });
    const recover = cluster.faults.refuse({ status: 503, when: ({ resource }) => resource === 'workspaces' });
    await using gateway = { ...(await startGatewayFor(cluster.kubeconfig, { when: 'at once' })), cluster };
    await waitFor(async () => (await codeOfQuery(gateway, 'workspaces')) === 'UNAVAILABLE', 'it cannot answer');
    recover();
    await waitFor(async () => (await fetch(new URL('/readyz', gateway.url))).ok, 'the gateway is ready');
    expect(await freshVersions(gateway)).toEqual(versionsIn(cluster));
  });
});

function tooLarge() {
  return { status: 504, message: 'Timeout: Too large resource version: 9, current: 1' };
}
