import { expect, it } from 'vitest';
import type { Answer, TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const RESULT = '{ stateReached workspace { state stateMessage metadata { uid } } }';
const PAUSE = `mutation ($input: PauseWorkspaceInput!) { result: pauseWorkspace(input: $input) ${RESULT} }`;
const START = `mutation ($input: StartWorkspaceInput!) { result: startWorkspace(input: $input) ${RESULT} }`;
const CREATE = `mutation ($input: CreateWorkspaceInput!) { result: createWorkspace(input: $input) ${RESULT} }`;
const DELETE =
  'mutation ($input: DeleteWorkspaceInput!) { deleteWorkspace(input: $input) { deletionPending warnings } }';
const OPTIONS = { kind: 'jupyterlab', imageConfig: 'scipy', podConfig: 'tiny' };

/** A mutation that waits, and whether it has returned. */
class Waiting {
  readonly answer: Promise<Answer>;
  isDone = false;

  constructor(answer: Promise<Answer>) {
    this.answer = answer.finally(() => (this.isDone = true));
  }
}

/** Fields of a status. */
interface ReportedStatus {
  readonly stateMessage?: string;
  readonly [field: string]: unknown;
}

/** A gateway, and the workspace `nb` of one namespace whose controller the test plays. */
class Scenario implements AsyncDisposable {
  readonly #gateway: TestGateway;
  readonly team: TestNamespace;

  static async on(cluster: Cluster): Promise<Scenario> {
    return new Scenario(await cluster.startGateway(), await TestNamespace.in(cluster));
  }

  private constructor(gateway: TestGateway, team: TestNamespace) {
    this.#gateway = gateway;
    this.team = team;
  }

  send(operation: string, input: object = {}): Waiting {
    return new Waiting(this.#gateway.query(operation, { input: { namespace: this.team.name, name: 'nb', ...input } }));
  }

  /** Sends a write, and resolves when the API server has it. */
  async begin(operation: string, input: object): Promise<Waiting> {
    const before = await this.#content();
    const waiting = this.send(operation, input);
    await waitFor(async () => (await this.#content()) !== before, 'the write is stored');
    return waiting;
  }

  /** Returns the spec and whether the workspace is being deleted. */
  async #content(): Promise<string> {
    const { spec, metadata } = (await this.team.api.get(this.team.pathOf('nb'))).body;
    return JSON.stringify([spec ?? null, metadata?.deletionTimestamp ?? null]);
  }

  async uid(): Promise<string> {
    return (await this.team.api.get(this.team.pathOf('nb'))).body.metadata?.uid ?? '';
  }

  /** Writes a status, and resolves when the gateway serves it. */
  async report(state: string, status: ReportedStatus = {}): Promise<void> {
    const { stateMessage = `report ${Math.random()}` } = status;
    await this.team.report('nb', state, { ...status, stateMessage });
    await this.#serves(stateMessage);
  }

  async #serves(stateMessage: string): Promise<void> {
    const query = 'query ($in: String!) { workspace(namespace: $in, name: "nb") { stateMessage } }';
    const isServed = async () =>
      JSON.stringify((await this.#gateway.query(query, { in: this.team.name })).data).includes(stateMessage);
    await waitFor(isServed, `the gateway serves the status “${stateMessage}”`);
  }

  /** Changes only the metadata, and resolves when the gateway serves the change. */
  async touch(): Promise<void> {
    await this.team.change('nb', { metadata: { labels: { touched: 'yes' } } });
    const query =
      'query ($in: String!) { workspaces(namespace: $in, filter: { labelSelector: "touched=yes" }) { totalCount } }';
    await waitFor(
      async () => JSON.stringify((await this.#gateway.query(query, { in: this.team.name })).data).includes('1'),
      'the gateway serves the label',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway[Symbol.asyncDispose]();
  }
}

export function waits(cluster: () => Cluster): void {
  outdatedStates(cluster);
  podsOfEarlierWorkspaces(cluster);
  errors(cluster);
  errorsWhilePausing(cluster);
  deletions(cluster);
}

function outdatedStates(cluster: () => Cluster): void {
  it('waits for a new report when the workspace is paused right after its start', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { paused: false });
    await scenario.report('Paused', { pauseTime: 1_790_000_000_000 }); // of the pause before the start
    const pausing = await scenario.begin(PAUSE, { waitFor: 'PAUSED' });
    await scenario.touch();
    await scenario.report('Unknown');
    await scenario.report('Terminating');
    expect(pausing.isDone).toBe(false);
    await scenario.report('Paused', { stateMessage: 'after the pause' });
    expect((await pausing.answer).data).toMatchObject({
      result: { stateReached: true, workspace: { state: 'PAUSED', stateMessage: 'after the pause' } },
    });
  });

  it('returns stateReached false when the time passes without a report after the change', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { paused: false });
    await scenario.report('Paused');
    const { data } = await scenario.send(PAUSE, { waitFor: 'PAUSED', timeoutSeconds: 0 }).answer;
    expect(data).toMatchObject({ result: { stateReached: false, workspace: { state: 'PAUSED' } } });
  });

  it('follows the workspace by its uid when the name is used again', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { paused: true });
    await scenario.report('Paused');
    const uid = await scenario.uid();
    const starting = await scenario.begin(START, { waitFor: 'RUNNING' });
    await scenario.team.delete('nb');
    await scenario.team.create('nb', { state: 'Running' });
    expect((await starting.answer).data).toMatchObject({
      result: { stateReached: false, workspace: { state: 'PAUSED', metadata: { uid } } },
    });
  });
}

/** Owners and reports of the pod that an earlier workspace of the same name has left. */
const leftovers = [
  { which: 'has its StatefulSet', set: true },
  { which: 'has lost its StatefulSet', set: false },
] as const;

function podsOfEarlierWorkspaces(cluster: () => Cluster): void {
  it.each(leftovers)('ignores RUNNING and ERROR of the pod of an earlier workspace when it $which', async ({ set }) => {
    await using scenario = await Scenario.on(cluster());
    const { team } = scenario;
    await team.create('nb', { state: 'Running' });
    const earlier = await scenario.uid();
    await team.delete('nb');
    if (set) await team.createPodOf('nb', { uid: earlier, set: 'ws-nb-old' });
    else await team.createSetPod('nb', { uid: 'uid-of-a-deleted-set', set: 'ws-nb-old' });
    const creating = await scenario.begin(CREATE, { ...OPTIONS, waitFor: 'RUNNING' });
    const old = { podTemplatePod: { name: 'ws-nb-old-0', nodeName: 'node-1' } };
    await scenario.report('Running', old);
    await scenario.report('Error', old);
    await scenario.report('Running', old);
    expect(creating.isDone).toBe(false);
    await team.createPodOf('nb', { uid: await scenario.uid(), set: 'ws-nb-new' });
    await scenario.report('Running', {
      podTemplatePod: { name: 'ws-nb-new-0', nodeName: 'node-1' },
      stateMessage: 'new',
    });
    const workspace = { state: 'RUNNING', stateMessage: 'new' };
    expect((await creating.answer).data).toMatchObject({ result: { stateReached: true, workspace } });
  });

  it('accepts a pod that it cannot read after the workspace has been reported without one', async () => {
    await using scenario = await Scenario.on(cluster());
    const creating = await scenario.begin(CREATE, { ...OPTIONS, waitFor: 'RUNNING' });
    const unknown = { podTemplatePod: { name: 'ws-nb-none-0', nodeName: 'node-1' } };
    await scenario.report('Running', unknown);
    expect(creating.isDone).toBe(false);
    await scenario.report('Unknown', { podTemplatePod: { name: '', nodeName: '' } });
    await scenario.report('Running', unknown);
    expect((await creating.answer).data).toMatchObject({ result: { stateReached: true } });
  });
}

function errors(cluster: () => Cluster): void {
  it.each([
    ['createWorkspace', CREATE, OPTIONS],
    ['startWorkspace', START, {}],
  ])(
    'returns stateReached false with the message when the workspace of %s reports ERROR',
    async (_, operation, input) => {
      await using scenario = await Scenario.on(cluster());
      if (operation === START) {
        await scenario.team.create('nb', { paused: true });
        await scenario.report('Paused');
      }
      const waiting = await scenario.begin(operation, { ...input, waitFor: 'RUNNING' });
      await scenario.report('Pending');
      const stateMessage = 'Workspace Container is not running (ImagePullBackOff)';
      await scenario.report('Error', { stateMessage });
      expect((await waiting.answer).data).toMatchObject({
        result: { stateReached: false, workspace: { state: 'ERROR', stateMessage } },
      });
    },
  );

  it('waits through ERROR when waitThroughErrors is true', async () => {
    await using scenario = await Scenario.on(cluster());
    const waiting = await scenario.begin(CREATE, { ...OPTIONS, waitFor: 'RUNNING', waitThroughErrors: true });
    await scenario.report('Error');
    expect(waiting.isDone).toBe(false);
    await scenario.report('Running');
    expect((await waiting.answer).data).toMatchObject({ result: { stateReached: true } });
  });
}

function errorsWhilePausing(cluster: () => Cluster): void {
  it('waits through an error of the pod while the workspace is being paused', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { state: 'Error' });
    const pausing = await scenario.begin(PAUSE, { waitFor: 'PAUSED' });
    await scenario.report('Error', { pauseTime: 1_790_000_000_000 });
    expect(pausing.isDone).toBe(false);
    await scenario.report('Paused', { pauseTime: 1_790_000_000_000 });
    expect((await pausing.answer).data).toMatchObject({ result: { stateReached: true } });
  });

  it('returns stateReached false when an error of the workspace keeps it from being paused', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { state: 'Running' });
    const pausing = await scenario.begin(PAUSE, { waitFor: 'PAUSED' });
    const stateMessage = 'Workspace references unknown WorkspaceKind: jupyterlab';
    await scenario.report('Error', { stateMessage });
    expect((await pausing.answer).data).toMatchObject({ result: { stateReached: false, workspace: { stateMessage } } });
  });
}

function deletions(cluster: () => Cluster): void {
  it('returns deletionPending when the workspace is deleted but its pod is not, and waitFor is GONE', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { state: 'Running' });
    await scenario.team.createPodOf('nb', { uid: await scenario.uid(), set: 'ws-nb' });
    const { data } = await scenario.send(DELETE, { waitFor: 'GONE', timeoutSeconds: 0 }).answer;
    expect(data).toEqual({ deleteWorkspace: { deletionPending: true, warnings: [] } });
    expect((await scenario.team.api.get(scenario.team.pathOf('nb'))).code).toBe(404);
  });

  it('waits for the pod of the deleted workspace, but not of a new one, when waitFor is GONE', async () => {
    await using scenario = await Scenario.on(cluster());
    const { team } = scenario;
    await team.create('nb', { state: 'Running' });
    await team.createPodOf('nb', { uid: await scenario.uid(), set: 'ws-nb-old' });
    const deleting = await scenario.begin(DELETE, { waitFor: 'GONE' });
    await team.create('nb');
    await team.createPodOf('nb', { uid: await scenario.uid(), set: 'ws-nb-new' });
    expect(deleting.isDone).toBe(false);
    await team.removePod('ws-nb-old');
    expect((await deleting.answer).data).toEqual({ deleteWorkspace: { deletionPending: false, warnings: [] } });
  });

  it('does not wait for the pod when the deletion orphans it', async () => {
    await using scenario = await Scenario.on(cluster());
    await scenario.team.create('nb', { state: 'Running' });
    await scenario.team.createPodOf('nb', { uid: await scenario.uid(), set: 'ws-nb' });
    const deleting = await scenario.begin(DELETE, { waitFor: 'GONE', propagationPolicy: 'ORPHAN' });
    // Without a garbage collector, which removes this finalizer, the workspace stays.
    await scenario.team.api.patch(scenario.team.pathOf('nb'), 'MERGE', { metadata: { finalizers: null } });
    expect((await deleting.answer).data).toEqual({ deleteWorkspace: { deletionPending: false, warnings: [] } });
  });
}
