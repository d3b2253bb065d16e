import { isDeepStrictEqual } from 'node:util';
import { keyOf, type ObjectName } from '../../../src/kubernetes/object.ts';
import { TEMPLATE_HASH } from '../annotations.ts';
import { Namespaces, type Pod, Pods, type StatefulSet } from '../kubernetes-resources.ts';
import { WorkspaceKinds, type WorkspaceKind } from '../workspace-kind.ts';
import { Workspaces, type Workspace, type WorkspaceStatus } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import { EventRecorder } from './pod-events.ts';
import { statusAfter } from './pod-outcome.ts';
import { podStep, type PodStep } from './pod-step.ts';
import { podNameOf, podTemplate, type PodTemplate } from './pod-template.ts';
import { reconcileStatefulSet, setReference } from './stateful-set-reconciler.ts';
import { probeResult } from './activity.ts';
import { calculateWorkspaceStatus } from './workspace-status.ts';

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
    if (!workspace || workspace.metadata.deletionTimestamp) return void this.#due.delete(keyOf(name));
    const workspaceKind = this.#context.cache.store(WorkspaceKinds).get({ name: workspace.spec.kind });
    const pod = this.#podOf(workspace);
    const { status, options, pause, requeueAfterMs } = this.#calculateStatus(workspace, workspaceKind, pod);
    await this.#updateStatus(workspace, status);
    if (pause) await this.#pause(workspace);
    const stepMs =
      workspaceKind && options
        ? await this.#advance(workspace, pod, podTemplate(workspace, workspaceKind, options))
        : undefined;
    return stepMs === undefined ? requeueAfterMs : Math.min(stepMs, requeueAfterMs ?? Infinity);
  }

  #podOf(workspace: Workspace): Pod | undefined {
    const { namespace } = workspace.metadata;
    return this.#context.cache.store(Pods).get({ namespace, name: podNameOf(workspace) });
  }

  #calculateStatus(workspace: Workspace, workspaceKind: WorkspaceKind | undefined, pod: Pod | undefined) {
    const { cache, delays } = this.#context;
    const now = this.#context.now();
    const namespace = cache.store(Namespaces).get({ name: workspace.metadata.namespace ?? '' });
    return calculateWorkspaceStatus({
      workspace,
      workspaceKind,
      pod,
      namespaceLabels: namespace?.metadata.labels ?? {},
      now,
      probeIntervalMs: delays.probeIntervalMs,
      probeResult: probeResult(workspace, workspaceKind, now),
    });
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
  async #advance(workspace: Workspace, pod: Pod | undefined, template: PodTemplate): Promise<number | undefined> {
    const templateHash = template.metadata.annotations[TEMPLATE_HASH];
    const set = await reconcileStatefulSet(this.#context, workspace, { pod, template });
    const step = podStep({ workspace, pod, templateHash }, this.#context.delays);
    const key = keyOf(workspace.metadata);
    if (!step) return void this.#due.delete(key);
    const remainingMs = this.#remainingMs(key, step, pod);
    if (remainingMs > 0) return remainingMs;
    this.#due.delete(key);
    await this.#perform(step, pod, withOwner(template, set));
    return undefined;
  }

  #remainingMs(key: string, step: PodStep, pod: Pod | undefined): number {
    const id = `${step.do} ${'outcome' in step ? step.outcome : ''} ${pod?.metadata.uid ?? ''}`;
    const known = this.#due.get(key);
    const at = known?.step === id ? known.at : performance.now() + step.afterMs;
    this.#due.set(key, { step: id, at });
    return at - performance.now();
  }

  async #perform(step: PodStep, pod: Pod | undefined, template: PodTemplate): Promise<void> {
    const { client, cache, signal, now } = this.#context;
    const at = { namespace: template.metadata.namespace, name: template.metadata.name };
    switch (step.do) {
      case 'create': {
        const { object } = await client.create(Pods, template, { namespace: at.namespace ?? '', signal });
        cache.applyWriteResult(Pods, object);
        return this.#events.record(object, 'Created');
      }
      case 'start': {
        const status = statusAfter(step.outcome, pod ?? template, new Date(now()));
        const { object } = await client.patch(
          Pods,
          at,
          { type: 'MERGE', body: { status } },
          { subresource: 'status', signal },
        );
        cache.applyWriteResult(Pods, object);
        return this.#events.record(object, step.outcome);
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
}

/**
 * Adds the StatefulSet to the pod's owners. The workspace stays an owner; in a real cluster it owns the StatefulSet
 * only.
 */
function withOwner(template: PodTemplate, set: StatefulSet): PodTemplate {
  const { metadata } = template;
  return { ...template, metadata: { ...metadata, ownerReferences: [setReference(set), ...metadata.ownerReferences] } };
}
