import { createHook } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { EMPTY_SCOPE } from '../../../auth/visibility-scope.ts';
import { Store } from '../../../cache/store.ts';
import { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { followWorkspace } from './follow.ts';

function version(resourceVersion: string): WorkspaceObject {
  const metadata = { namespace: 'team-a', name: 'nb', uid: 'nb', resourceVersion, creationTimestamp: '' };
  return { apiVersion: 'kubeflow.org/v1beta1', kind: 'Workspace', metadata };
}

function storeOf(workspace: WorkspaceObject) {
  const store = new Store(Workspace);
  store.replace([workspace], workspace.metadata.resourceVersion);
  const cached = { store, changesSince: () => Promise.resolve(undefined) };
  return { store, objects: new ScopedLister({ scope: { full: 'all', redacted: EMPTY_SCOPE }, cached }) };
}

/** Calls a function. Returns its result, and the timers that it has created and that have not been cleared since. */
function withTimers<R>(call: () => R) {
  const timers = new Set<number>();
  let isCalling = true;
  const hook = createHook({
    init: (id, type) => void (isCalling && type === 'Timeout' && timers.add(id)),
    destroy: (id) => void timers.delete(id),
  }).enable();
  const result = call();
  isCalling = false;
  return { result, timers, [Symbol.dispose]: () => void hook.disable() };
}

function decide({ metadata }: WorkspaceObject): 'reached' | undefined {
  return metadata.resourceVersion === '2' ? 'reached' : undefined;
}

it('retains neither a timer nor a listener when there is a decision', async () => {
  const { store, objects } = storeOf(version('1'));
  const { signal } = new AbortController();
  using followed = withTimers(() => followWorkspace(objects, version('1'), { timeoutSeconds: 3_600, signal, decide }));
  expect(followed.timers.size).toBe(1);
  store.set(version('2'));
  expect(await followed.result).toMatchObject({ decision: 'reached', exists: true });
  await expect.poll(() => followed.timers.size).toBe(0); // destroy hooks run later
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('ends without a decision when the signal is aborted, before or during the wait', async () => {
  const { objects } = storeOf(version('1'));
  const controller = new AbortController();
  const options = { timeoutSeconds: 3_600, signal: controller.signal, decide: () => undefined };
  const followed = followWorkspace(objects, version('1'), options);
  controller.abort();
  expect(await followed).toMatchObject({ decision: undefined, exists: true });
  expect(await followWorkspace(objects, version('1'), options)).toMatchObject({ decision: undefined, exists: true });
});

it('ends without a decision when the time has passed, or the workspace is deleted', async () => {
  const { store, objects } = storeOf(version('1'));
  const { signal } = new AbortController();
  const never = { signal, decide: () => undefined };
  expect(await followWorkspace(objects, version('1'), { ...never, timeoutSeconds: 0 })).toMatchObject({ exists: true });
  const followed = followWorkspace(objects, version('1'), { ...never, timeoutSeconds: 3_600 });
  store.delete(version('2'));
  expect(await followed).toMatchObject({ decision: undefined, exists: false });
});
