import { isDeepStrictEqual } from 'node:util';
import { keyOf, type ObjectName } from '../../../src/kubernetes/object.ts';
import { isForbidden, StatusError } from '../../../src/kubernetes/status-error.ts';
import { type ClusterEvent, Events, Namespaces, type Pod, Pods, type StatefulSet } from '../kubernetes-resources.ts';
import { WorkspaceKinds } from '../workspace-kind.ts';
import { Workspaces, type Workspace, type WorkspaceStatus } from '../workspace.ts';
import { probeResult } from './activity.ts';
import type { ControllerContext } from './controller-context.ts';
import { missingVolume } from './missing-volumes.ts';
import {
  deleteOrphans,
  OwnershipError,
  reconcileRoleBindings,
  reconcileService,
  reconcileServiceAccount,
} from './owned-objects.ts';
import { EventRecorder } from './pod-events.ts';
import { statusAfter } from './pod-outcome.ts';
import { podStartOf, podStep, type PodStep } from './pod-step.ts';
import { nodeFor, podOf, podTemplate, type PodTemplate } from './pod-template.ts';
import { reconcileStatefulSet, updateSetStatus } from './stateful-set-reconciler.ts';
import { calculateWorkspaceStatus, type WorkspaceInputs } from './workspace-status.ts';

/** The StatefulSet of a workspace with the template of its pod, and the pod. */
interface Owned {
  readonly template: PodTemplate;
  readonly set: StatefulSet;
  readonly pod: Pod | undefined;
}

/** Time at which the pod's next action is due, in `performance.now()` time. */
interface Due {
  readonly step: string;
  readonly at: number;
}

/** Reconciles workspaces: updates the status, then performs the next action on the pod if it is due. */
export class WorkspaceReconciler {
  readonly #context: ControllerContext;
  /** By the key of the workspace. An entry is removed with its workspace. */
  readonly #due = new Map<string, Due>();
  readonly #events: EventRecorder;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#events = new EventRecorder(context);
  }

  /** @returns milliseconds after which to reconcile again, or undefined to wait for a change */
  async reconcile(name: ObjectName): Promise<number | undefined> {
    const workspace = this.#context.cache.store(Workspaces).get(name);
    if (!workspace) await deleteOrphans(this.#context, name);
    if (!workspace || workspace.metadata.deletionTimestamp) return void this.#due.delete(keyOf(name));
    const owned = await this.#reconcileOwned(workspace);
    const { status, pause, requeueAfterMs } = this.#calculateStatus(workspace, owned);
    await this.#updateStatus(workspace, status);
    if (pause) await this.#pause(workspace);
    const stepMs = 'set' in owned ? await this.#advance(workspace, owned) : undefined;
    return stepMs === undefined ? requeueAfterMs : Math.min(stepMs, requeueAfterMs ?? Infinity);
  }

  /** Creates and updates the objects that the workspace owns. Returns none if its kind or an option is unknown. */
  async #reconcileOwned(workspace: Workspace): Promise<Owned | Pick<WorkspaceInputs, 'ownershipProblem'>> {
    const context = this.#context;
    const workspaceKind = context.cache.store(WorkspaceKinds).get({ name: workspace.spec.kind });
    const { options } = this.#calculateStatus(workspace, {});
    if (!workspaceKind || !options) return {};
    const template = podTemplate(workspace, workspaceKind, options);
    try {
      await reconcileServiceAccount(context, workspace);
      const set = await reconcileStatefulSet(context, workspace, template);
      await reconcileService(context, workspace, options.image.spec);
      await reconcileRoleBindings(context, workspace, workspaceKind);
      const { namespace, name } = set.metadata;
      return { template, set, pod: context.cache.store(Pods).get({ namespace, name: `${name}-0` }) };
    } catch (error) {
      if (error instanceof OwnershipError) return { ownershipProblem: error.message };
      throw error;
    }
  }

  #calculateStatus(workspace: Workspace, owned: Partial<Owned> & Pick<WorkspaceInputs, 'ownershipProblem'>) {
    const { cache } = this.#context;
    const now = this.#context.now();
    const namespace = cache.store(Namespaces).get({ name: workspace.metadata.namespace ?? '' });
    const workspaceKind = cache.store(WorkspaceKinds).get({ name: workspace.spec.kind });
    return calculateWorkspaceStatus({
      workspace,
      workspaceKind,
      pod: owned.pod,
      statefulSetWarning: this.#warningOf(owned.set),
      podWarning: this.#warningOf(owned.pod),
      ownershipProblem: owned.ownershipProblem,
      namespaceLabels: namespace?.metadata.labels ?? {},
      now,
      probeResult: probeResult(workspace, workspaceKind, now),
    });
  }

  /** Returns the message of the latest Warning event about an object. */
  #warningOf(object: Pod | StatefulSet | undefined): string | undefined {
    return object && latestWarning(this.#context.cache.store(Events).byIndex('involved', object.metadata.uid));
  }

  async #updateStatus(workspace: Workspace, status: WorkspaceStatus): Promise<void> {
    if (isDeepStrictEqual(workspace.status, status)) return;
    const { client, cache, signal } = this.#context;
    const { object } = await client.replace(
      Workspaces,
      workspace.metadata,
      { ...workspace, status },
      { subresource: 'status', signal },
    );
    cache.applyWriteResult(Workspaces, object);
  }

  async #pause({ metadata }: Workspace): Promise<void> {
    const { client, cache, signal } = this.#context;
    const { object } = await client.patch(
      Workspaces,
      metadata,
      { type: 'MERGE', body: { spec: { paused: true } } },
      { signal },
    );
    cache.applyWriteResult(Workspaces, object);
  }

  /** Performs the next action on the pod if it is due. Otherwise returns the milliseconds until it is. */
  async #advance(workspace: Workspace, owned: Owned): Promise<number | undefined> {
    const { template, set, pod } = owned;
    await updateSetStatus(this.#context, set, pod);
    const missing = missingVolume(this.#context, set.metadata.namespace ?? '', template.spec.volumes);
    const start = podStartOf(workspace, pod, missing);
    const isRefused = this.#warningOf(set) !== undefined;
    const situation = { workspace, pod, start, isRefused, templateHash: template.hash };
    const step = podStep(situation, this.#context.delays);
    const key = keyOf(workspace.metadata);
    if (!step) return void this.#due.delete(key);
    const remainingMs = this.#remainingMs(key, step, pod);
    if (remainingMs > 0) return remainingMs;
    this.#due.delete(key);
    const nodeName = start.outcome === 'Unschedulable' ? undefined : nodeFor(workspace);
    return this.#perform(step, pod, podOf(template, set, nodeName));
  }

  #remainingMs(key: string, step: PodStep, pod: Pod | undefined): number {
    const id = `${step.do} ${'start' in step ? step.start.outcome : ''} ${pod?.metadata.uid ?? ''}`;
    const known = this.#due.get(key);
    const at = known?.step === id ? known.at : performance.now() + step.afterMs;
    this.#due.set(key, { step: id, at });
    return at - performance.now();
  }

  /** @returns milliseconds after which to reconcile again, or undefined to wait for a change */
  async #perform(step: PodStep, pod: Pod | undefined, desired: ReturnType<typeof podOf>): Promise<number | undefined> {
    const { client, cache, signal, now } = this.#context;
    const at = { namespace: desired.metadata.namespace, name: desired.metadata.name };
    switch (step.do) {
      case 'create':
        return this.#create(desired);
      case 'refuse':
        return this.#refuse(desired);
      case 'start': {
        const status = statusAfter(step.start, pod ?? desired, new Date(now()));
        // The events come first: they enqueue no workspace, so the change of the pod has to be the later one.
        if (pod) await this.#events.record(pod, step.start.outcome, step.start.message);
        const patch = { type: 'MERGE', body: { status } } as const;
        const { object } = await client.patch(Pods, at, patch, { subresource: 'status', signal });
        cache.applyWriteResult(Pods, object);
        return undefined;
      }
      case 'delete':
        if (pod) await this.#events.record(pod, 'Ending');
        await client.delete(Pods, at, { signal });
        return undefined;
      case 'end':
        await client.patch(Pods, at, { type: 'MERGE', body: { metadata: { finalizers: null } } }, { signal });
        return undefined;
      default:
        throw new TypeError(`Unknown pod step ${JSON.stringify(step satisfies never)}`);
    }
  }

  async #create(desired: ReturnType<typeof podOf>): Promise<number | undefined> {
    const { client, cache, delays, signal } = this.#context;
    try {
      const { object } = await client.create(Pods, desired, { namespace: desired.metadata.namespace ?? '', signal });
      cache.applyWriteResult(Pods, object);
      await this.#events.record(object, 'Created');
      return undefined;
    } catch (error) {
      if (!(error instanceof StatusError) || !isForbidden(error)) throw error;
      await this.#refuse(desired, error.message);
      return delays.retryMs;
    }
  }

  /** Records that the pod may not be created, with the error of the API server if there is one. */
  async #refuse(desired: ReturnType<typeof podOf>, message?: string): Promise<number> {
    const { metadata, spec } = desired;
    const uid = metadata.ownerReferences[0]?.uid ?? '';
    await this.#events.record({ spec, metadata: { ...metadata, uid } }, 'ExceededQuota', message);
    return 0;
  }
}

/** Returns the message of the Warning event that occurred last. */
function latestWarning(events: Iterable<ClusterEvent>): string | undefined {
  let latest: ClusterEvent | undefined;
  for (const event of events)
    if (event.type === 'Warning' && (!latest || timeOf(event) >= timeOf(latest))) latest = event;
  return latest?.message;
}

/** Time of the last occurrence, which events of the newer API may lack. */
function timeOf({ lastTimestamp, metadata }: ClusterEvent): string {
  return lastTimestamp ?? metadata.creationTimestamp;
}
