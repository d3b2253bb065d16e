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
import { followWorkspaces, freshVersions, versionsIn } from '../support/workspace-view.ts';

describe('a watch', () => {
  it('goes on where it was when the server ends the stream, without a list', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect([timesRead(gateway), requestsFor(gateway, 'watch').length]).toEqual([1, 2]);
    await view.converges();
  });

  it('goes on where it was when the connection breaks, after a look at how far the server is', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.dropWatches();
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect([timesRead(gateway), requestsFor(gateway, 'list').length]).toEqual([1, 1]);
    await view.converges();
  });

  it('begins again when it has been silent for too long, and misses nothing', async () => {
    await using gateway = await startTestGateway({ objects: snapshot, watchIdleTimeoutMs: 300 });
    const view = await synced(gateway);
    const watches = requestsFor(gateway, 'watch').length;
    const speak = gateway.cluster.faults.stall();
    change(gateway.cluster);
    await waitFor(() => requestsFor(gateway, 'watch').length >= watches + 2, 'it has begun again twice');
    speak();
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });

  it('is not cut while there are bookmarks, however little happens', async () => {
    await using gateway = await startTestGateway({ objects: snapshot, watchIdleTimeoutMs: 2_000 });
    const view = await synced(gateway);
    const end = Date.now() + 2_500;
    await waitFor(() => Date.now() > end, 'more than the deadline has passed');
    expect(requestsFor(gateway, 'watch')).toHaveLength(1);
    await view.converges();
  });
});

describe('a version that the server has forgotten', () => {
  it.each(['event', 'status'] as const)('costs a list and tells what was missed, learnt by %s', async (answer) => {
    await using gateway = await startTestGateway({ objects: [...snapshot, workspace('still')] });
    const view = await synced(gateway);
    await gateway.cluster.faults.stop();
    change(gateway.cluster);
    gateway.cluster.faults.compact({ answer });
    await gateway.cluster.faults.start();
    expect((await view.next(3)).toSorted()).toEqual(['ADDED nb-3', 'DELETED nb-2', 'MODIFIED nb-1']);
    expect(timesRead(gateway)).toBe(2);
    await view.converges();
  });

  it('is listed anew when the stream says so in the middle, and what is unchanged stays silent', async () => {
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

describe('a server that cannot be asked', () => {
  it.each([429, 503])('is left alone for as long as it wishes after %i, and the copy is served', async (status) => {
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
  });

  it('is asked again until it accepts connections, and the copy is served meanwhile', async () => {
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

  it.each([
    ['an internal error', { status: 500 }],
    [
      'a version that it has not seen yet',
      { status: 504, message: 'Timeout: Too large resource version: 9, current: 1' },
    ],
    ['a version that it says it will never see', { ...tooLarge(), times: 3 }],
  ])('is asked again after %s', async (_, refusal) => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.refuse({ times: 1, ...refusal, when: about('watch') });
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    expect((await view.next(3)).toSorted()).toEqual(['ADDED nb-3', 'DELETED nb-2', 'MODIFIED nb-1']);
    await view.converges();
  });
});

describe('a refusal', () => {
  it('of the token has the kubeconfig read anew', async () => {
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

  it('of the token is survived until the new one is there', async () => {
    await using directory = await createScratchDirectory();
    await using gateway = await startGatewayBehind(directory);
    const view = await synced(gateway);
    gateway.cluster.faults.rotateToken();
    gateway.cluster.faults.endWatches();
    change(gateway.cluster);
    await waitFor(
      () => requestsFor(gateway, 'watch').filter(({ status }) => status === 401).length >= 2,
      'it was refused',
    );
    await directory.write('config', gateway.cluster.kubeconfig);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });

  it('of the watch leaves the copy to readers', async () => {
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

  it('of the very first list is told to readers of this kind, until it is allowed', async () => {
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
  it('is KIND_UNAVAILABLE, ends its subscriptions with that, and harms no other kind', async () => {
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

  it('is served again by itself once it is defined again', async () => {
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

describe('a server that knows no streaming lists', () => {
  it('is listed page by page', async () => {
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

describe('nonsense in a stream', () => {
  it.each([
    ['a line that is no JSON', '{"type":'],
    ['an event of no type', '{"type":"PING","object":{}}'],
    ['an object without a uid', '{"type":"ADDED","object":{"metadata":{"name":"nameless","resourceVersion":"9999"}}}'],
    ['a bookmark without a version', '{"type":"BOOKMARK","object":{}}'],
  ])('is passed over, and the stream goes on: %s', async (_, line) => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.injectLine(line);
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    expect(requestsFor(gateway, 'watch')).toHaveLength(1);
    await view.converges();
  });

  it('is told once where the server says everything twice', async () => {
    await using gateway = await startTestGateway({ objects: snapshot });
    const view = await synced(gateway);
    gateway.cluster.faults.duplicateEvents(true);
    change(gateway.cluster);
    expect(await view.next(3)).toEqual(['MODIFIED nb-1', 'DELETED nb-2', 'ADDED nb-3']);
    await view.converges();
  });
});

describe('another world', () => {
  it('that is older is told as RESET and a new snapshot', async () => {
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

  it('that has lost everything ends what is not served any more, and resets the rest', async () => {
    await using gateway = await startTestGateway({ objects: [...snapshot, namespace('team-b')] });
    const view = await synced(gateway);
    const namespaces = gateway.subscribe<NamespaceEvents>(NAMESPACES);
    await gateway.cluster.faults.restart({ data: 'lose' });
    expect(await view.endCode()).toBe('KIND_UNAVAILABLE');
    await waitFor(async () => typeIn(await namespaces.next()) === 'RESET', 'subscribers are told to forget');
    gateway.cluster.apply(workspaceCrd);
    gateway.cluster.apply(workspace('nb-9'));
    await servedAgain(gateway);
    await (await synced(gateway)).converges();
  });
});

describe('an object that is deleted and re-created under its name while we are away', () => {
  it.each(['remembers', 'has forgotten'])('is told as both where the server %s what happened', async (memory) => {
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

describe('a gateway that starts before its cluster is well', () => {
  it('becomes ready when the lists are answered', async () => {
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
