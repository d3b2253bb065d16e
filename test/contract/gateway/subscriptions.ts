import { expect, it } from 'vitest';
import { workspaceKind } from '../../support/manifests.ts';
import type { Cluster } from '../clusters.ts';
import { ReconstructedView } from '../reconstructed-view.ts';
import { TestNamespace } from '../test-namespace.ts';

export function subscriptions(cluster: () => Cluster): void {
  workspaceEvents(cluster);
  filteredEvents(cluster);
  singleWorkspaces(cluster);
  otherKinds(cluster);
  pauseEvents(cluster);
}

function workspaceEvents(cluster: () => Cluster): void {
  it('sends RESET, the snapshot, SYNCED, then each change', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    await using gateway = await cluster().startGateway();
    const view = ReconstructedView.follow(gateway, team);
    expect(await view.next(3)).toEqual(['RESET', 'ADDED a', 'SYNCED']);
    await team.create('b');
    expect(await view.next(1)).toEqual(['ADDED b']);
    await team.change('a', { spec: { paused: true } });
    expect(await view.next(1)).toEqual(['MODIFIED a']);
    await team.delete('b');
    expect(await view.next(1)).toEqual(['DELETED b']);
    expect(await view.mistakes()).toEqual([]);
  });

  it('sends nothing when only unselected fields change', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const view = ReconstructedView.follow(gateway, team);
    await view.next(3);
    await team.report('a', 'Error');
    await team.change('a', { metadata: { annotations: { seen: 'no' } } });
    await team.create('last');
    expect(await view.next(1)).toEqual(['ADDED last']);
    expect(await view.mistakes()).toEqual([]);
  });
}

function filteredEvents(cluster: () => Cluster): void {
  it('sends ADDED when an object starts to match a filter and DELETED when it ceases to', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const failing = ReconstructedView.follow(gateway, team, { states: ['ERROR'] });
    const chosen = ReconstructedView.follow(gateway, team, { labelSelector: 'on' });
    const empty = ['RESET', 'SYNCED'];
    expect([await failing.next(2), await chosen.next(2)]).toEqual([empty, empty]);
    await team.report('a', 'Error');
    expect(await failing.next(1)).toEqual(['ADDED a']);
    await team.change('a', { metadata: { labels: { on: '1' } } });
    expect([await chosen.next(1), await failing.next(1)]).toEqual([['ADDED a'], ['MODIFIED a']]);
    await team.report('a', 'Running');
    await team.change('a', { metadata: { labels: { on: null } } });
    expect([await failing.next(1), await chosen.next(1)]).toEqual([['DELETED a'], ['DELETED a']]);
  });
}

function singleWorkspaces(cluster: () => Cluster): void {
  it('sends the states of one workspace, its deletion and the next one of its name', async () => {
    const team = await TestNamespace.in(cluster());
    await using gateway = await cluster().startGateway();
    const life = gateway.subscribe(
      'subscription ($namespace: String!) { workspace(namespace: $namespace, name: "nb") { state metadata { uid } } }',
      { namespace: team.name },
    );
    const next = async () => (await life.next()).value?.data?.['workspace'];
    expect(await next()).toBeNull();
    const first = await team.create('nb');
    expect(await next()).toEqual({ state: 'UNKNOWN', metadata: { uid: first.metadata?.uid } });
    await team.report('nb', 'Running');
    expect(await next()).toMatchObject({ state: 'RUNNING' });
    await team.delete('nb');
    expect(await next()).toBeNull();
    const second = await team.create('nb');
    expect(await next()).toEqual({ state: 'UNKNOWN', metadata: { uid: second.metadata?.uid } });
  });
}

function otherKinds(cluster: () => Cluster): void {
  it('sends changes of namespaces and WorkspaceKinds', async () => {
    const { api } = cluster();
    await using gateway = await cluster().startGateway();
    const namespaces = gateway.subscribe(
      'subscription { namespaces(filter: { labelSelector: "followed" }) { type object { name } } }',
    );
    const kinds = gateway.subscribe(
      'subscription { workspaceKinds(filter: { search: "Followed" }) { type object { name } } }',
    );
    for (const type of ['RESET', 'SYNCED'])
      expect((await namespaces.next()).value?.data).toEqual({ namespaces: { type, object: null } });
    for (const type of ['RESET', 'SYNCED'])
      expect((await kinds.next()).value?.data).toEqual({ workspaceKinds: { type, object: null } });
    const name = await api.namespace();
    await api.patch(`/api/v1/namespaces/${name}`, 'MERGE', { metadata: { labels: { followed: name } } });
    const kind = `followed-${name}`;
    await api.create('/apis/kubeflow.org/v1beta1/workspacekinds', workspaceKind(kind, {}, { displayName: 'Followed' }));
    expect((await namespaces.next()).value?.data).toEqual({ namespaces: { type: 'ADDED', object: { name } } });
    expect((await kinds.next()).value?.data).toEqual({ workspaceKinds: { type: 'ADDED', object: { name: kind } } });
    await api.patch(`/api/v1/namespaces/${name}`, 'MERGE', { metadata: { labels: { followed: null } } });
    await api.delete(`/apis/kubeflow.org/v1beta1/workspacekinds/${kind}`);
    expect((await namespaces.next()).value?.data).toEqual({ namespaces: { type: 'DELETED', object: { name } } });
    expect((await kinds.next()).value?.data).toEqual({ workspaceKinds: { type: 'DELETED', object: { name: kind } } });
  });
}

function pauseEvents(cluster: () => Cluster): void {
  it('sends each state when a workspace is paused', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    const course = gateway.subscribe(
      'subscription ($namespace: String!) { workspace(namespace: $namespace, name: "nb") { state paused } }',
      { namespace: team.name },
    );
    const next = async () => (await course.next()).value?.data?.['workspace'];
    expect(await next()).toEqual({ state: 'RUNNING', paused: false });
    const input = { namespace: team.name, name: 'nb' };
    await gateway.query('mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { stateReached } }', {
      input,
    });
    expect(await next()).toEqual({ state: 'RUNNING', paused: true });
    for (const state of ['Terminating', 'Paused']) {
      await team.report('nb', state);
      expect(await next()).toEqual({ state: state.toUpperCase(), paused: true });
    }
  });
}
