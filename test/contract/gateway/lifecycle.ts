import { expect, it } from 'vitest';
import { workspaceKind } from '../../support/manifests.ts';
import type { Subscription, TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { ApiBody, ApiEvent, WatchStream } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export interface SentEvent {
  readonly workspaces: { readonly type: string; readonly object: { readonly manifest: ApiBody } | null };
}

export const FOLLOW = 'subscription ($in: String!) { workspaces(namespace: $in) { type object { manifest } } }';
const READ = 'query ($in: String!) { workspace(namespace: $in, name: "nb") { revision } }';

const resultOf = (mutation: string, input: string) =>
  `mutation ($input: ${input}!) { result: ${mutation}(input: $input) { stateReached workspace { state } } }`;
export const CREATE = resultOf('createWorkspace', 'CreateWorkspaceInput');
export const PAUSE = resultOf('pauseWorkspace', 'PauseWorkspaceInput');
export const START = resultOf('startWorkspace', 'StartWorkspaceInput');
export const UPDATE =
  'mutation ($input: UpdateWorkspaceInput!) { result: updateWorkspace(input: $input) { workspace { imageConfig { optionId } } } }';
export const DELETE =
  'mutation ($input: DeleteWorkspaceInput!) { result: deleteWorkspace(input: $input) { deletionPending } }';

/** Type, version, generation, pause, option and state: everything that a step of this test changes. */
function summaryOf(type: string, { metadata, spec, status }: ApiBody): string {
  const { options } = Object(spec?.['podTemplate']);
  const { state, podTemplateOptions } = Object(status);
  const { desired } = Object(podTemplateOptions?.imageConfig);
  const facts = [metadata?.generation, spec?.['paused'], options?.imageConfig, state, desired];
  return `${type} ${metadata?.resourceVersion} ${facts.join(' ')}`;
}

/** Collects the events of a watch of the API server. */
export async function collectWatched(stream: WatchStream, events: string[]): Promise<void> {
  for (let event: ApiEvent | undefined; (event = await stream.next());)
    if (event.type !== 'BOOKMARK') events.push(summaryOf(event.type, event.object));
}

/** Collects the events of the objects that the gateway sends. Resolves when the snapshot is complete: no later change is part of it. */
export function collectSent(stream: Subscription<SentEvent>, events: string[]): Promise<void> {
  const synced = Promise.withResolvers<void>();
  const collect = async () => {
    for await (const { data } of stream) {
      const { type = '', object } = data?.workspaces ?? {};
      if (object) events.push(summaryOf(type, object.manifest));
      if (type === 'SYNCED') synced.resolve();
    }
  };
  collect().catch(synced.reject);
  return synced.promise;
}

function isDeletion(event: string | undefined): boolean {
  return event?.startsWith('DELETED') ?? false;
}

/** Returns the resourceVersion in a summary. */
function versionIn(summary: string | undefined): string | undefined {
  return summary?.split(' ')[1];
}

/** Plays the workspace controller, the StatefulSet controller and the kubelet for the workspace `nb`, step by step. */
class HandPlayedController {
  readonly #team: TestNamespace;
  readonly #isSent: (version: string | undefined) => Promise<void>;
  #set = 0;

  /** @param isSent resolves when the gateway has sent a version */
  constructor(team: TestNamespace, isSent: (version: string | undefined) => Promise<void>) {
    this.#team = team;
    this.#isSent = isSent;
  }

  /** Reports the states from no pod to a running one, with the redirects of the option. */
  async run(options: object): Promise<void> {
    const { body } = await this.#team.api.get(this.#team.pathOf('nb'));
    await this.#report('Unknown', { podTemplateOptions: options });
    this.#set += 1;
    await this.#team.createPodOf('nb', { uid: body.metadata?.uid ?? '', set: `ws-nb-${this.#set}` });
    const podTemplatePod = { name: `ws-nb-${this.#set}-0`, nodeName: 'node-1', containers: [{ name: 'main' }] };
    await this.#report('Pending', { podTemplateOptions: options, podTemplatePod });
    await this.#report('Running', { podTemplateOptions: options, podTemplatePod, lastRunningTime: Date.now() });
  }

  /** Reports the end of the pod and, if the workspace is paused, that it is. */
  async stop(options: object, isPaused = true): Promise<void> {
    const pauseTime = isPaused ? Date.now() : 0;
    const podTemplatePod = { name: `ws-nb-${this.#set}-0`, nodeName: 'node-1' };
    await this.#report('Terminating', { podTemplateOptions: options, podTemplatePod, pauseTime });
    await this.#team.removePod(`ws-nb-${this.#set}`);
    if (isPaused) await this.#report('Paused', { podTemplateOptions: options, pauseTime });
  }

  async removePod(): Promise<void> {
    await this.#team.removePod(`ws-nb-${this.#set}`);
  }

  async #report(state: string, status: Readonly<Record<string, unknown>>): Promise<void> {
    const { metadata } = await this.#team.report('nb', state, status);
    await this.#isSent(metadata?.resourceVersion);
  }
}

const redirected = (source: string, target: string) => ({
  imageConfig: { desired: target, redirectChain: [{ source, target }] },
  podConfig: { desired: 'tiny' },
});
const old = redirected('scipy', 'scipy-2');
const settled = { imageConfig: { desired: 'scipy-2' }, podConfig: { desired: 'tiny' } };
const reached = (state: string) => ({ stateReached: true, workspace: { state } });

/** A gateway with a subscription, next to a watch of the API server, and the controller of the workspace `nb`. */
class Lifecycle implements AsyncDisposable {
  readonly #gateway: TestGateway;
  readonly #team: TestNamespace;
  readonly #stream: WatchStream;
  readonly watched: string[] = [];
  readonly sent: string[] = [];
  readonly controller: HandPlayedController;

  static async on(cluster: Cluster): Promise<Lifecycle> {
    const team = await TestNamespace.in(cluster);
    await team.api.post('/apis/kubeflow.org/v1beta1/workspacekinds', workspaceKind('lifecycle'));
    const gateway = await cluster.startGateway();
    const { body } = await team.api.get(team.workspaces);
    const stream = await team.api.watch(`${team.workspaces}?resourceVersion=${body.metadata?.resourceVersion}`);
    const started = new Lifecycle(gateway, team, stream);
    void collectWatched(stream, started.watched);
    await collectSent(gateway.subscribe<SentEvent>(FOLLOW, { in: team.name }), started.sent);
    return started;
  }

  private constructor(gateway: TestGateway, team: TestNamespace, stream: WatchStream) {
    this.#gateway = gateway;
    this.#team = team;
    this.#stream = stream;
    this.controller = new HandPlayedController(team, (version) => this.#isSent(version));
  }

  /**
   * Waits until the gateway and the API server have sent a version. The gateway may send two changes in quick succession as one, and an
   * event that the watch has not received yet would look like the write of the next step.
   */
  #isSent(version: string | undefined): Promise<void> {
    const has = (events: readonly string[]) => events.some((event) => versionIn(event) === version);
    return waitFor(() => has(this.sent) && has(this.watched), `both have sent version ${version}`);
  }

  /** Sends a mutation, plays the controller when the API server has the write, and returns the result. */
  async step(operation: string, more: object, play: () => Promise<void> = async () => undefined): Promise<unknown> {
    const before = this.watched.length;
    const answer = this.#gateway.query(operation, { input: { namespace: this.#team.name, name: 'nb', ...more } });
    await waitFor(() => this.watched.length > before, 'the API server has the write');
    await this.#isSent(versionIn(this.watched.at(-1)));
    await play();
    const { data, errors } = await answer;
    if (errors) throw new Error(`Expected no errors, got ${JSON.stringify(errors)}`);
    return data?.['result'];
  }

  async revision(): Promise<string> {
    const { data } = await this.#gateway.query(READ, { in: this.#team.name });
    return Object(data?.['workspace'])['revision'];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream[Symbol.dispose]();
    await this.#gateway[Symbol.asyncDispose]();
  }
}

export function lifecycle(cluster: () => Cluster): void {
  it('sends every event of the API server while a workspace runs, pauses, starts, changes and ends', async () => {
    await using scenario = await Lifecycle.on(cluster());
    const { controller, watched, sent } = scenario;
    const chosen = { kind: 'lifecycle', imageConfig: 'scipy', podConfig: 'tiny' };
    const created = await scenario.step(CREATE, { ...chosen, waitFor: 'RUNNING' }, () => controller.run(old));
    expect(created).toEqual(reached('RUNNING'));
    const paused = await scenario.step(PAUSE, { waitFor: 'PAUSED' }, () => controller.stop(old));
    expect(paused).toEqual(reached('PAUSED'));
    const started = await scenario.step(START, { waitFor: 'RUNNING' }, () => controller.run(old));
    expect(started).toEqual(reached('RUNNING'));

    const target = { workspace: { imageConfig: { optionId: 'scipy-2' } } };
    const redirect = { applyPendingRedirects: true, revision: await scenario.revision() };
    expect(await scenario.step(UPDATE, redirect)).toEqual(target);
    // The controller has not reported about the new option yet: it is not replaced by an unrelated one.
    const again = { applyPendingRedirects: true, revision: await scenario.revision(), displayName: 'Changed' };
    expect(await scenario.step(UPDATE, again)).toEqual(target);
    await controller.stop(old, false);
    await controller.run(settled);
    const gone = await scenario.step(DELETE, { waitFor: 'GONE' }, () => controller.removePod());
    expect(gone).toEqual({ deletionPending: false });

    await waitFor(() => isDeletion(watched.at(-1)) && isDeletion(sent.at(-1)), 'both have sent the deletion');
    expect(sent).toEqual(watched);
    const types = watched.map((event) => event.split(' ')[0]);
    expect([types[0], types.at(-1), new Set(types.slice(1, -1))]).toEqual(['ADDED', 'DELETED', new Set(['MODIFIED'])]);
  });
}
