import { describe, expect, it } from 'vitest';
import { controlPlaneMissing } from '../support/control-plane.ts';
import { servers, startControllerOn } from '../support/demo-controller.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { ApiClient } from './api-client.ts';
import {
  collectSent,
  collectWatched,
  CREATE,
  DELETE,
  FOLLOW,
  PAUSE,
  type SentEvent,
  START,
  UPDATE,
} from './gateway/lifecycle.ts';

const namespace = 'team-research';
const WORKSPACES = `/apis/kubeflow.org/v1beta1/namespaces/${namespace}/workspaces`;
const READ = `{ workspace(namespace: "${namespace}", name: "nb") { revision pendingRestart state } }`;

const typeOf = (summary: string) => summary.slice(0, summary.indexOf(' '));
const contentOf = (summary: string) => summary.slice(summary.indexOf(' '));

function runsWithItsOptions({ state, pendingRestart }: Readonly<Record<string, unknown>>): boolean {
  return state === 'RUNNING' && pendingRestart === false;
}

if (controlPlaneMissing) console.warn(`The demo's controller is run on the simulator only: ${controlPlaneMissing}.`);

describe.each(servers.filter(({ missing }) => !missing))(
  "the gateway with the demo's controller on $name",
  ({ start }) => {
    it('sends the events of the API server while a workspace runs, pauses, starts, changes, follows a redirect and ends', async () => {
      await using started = new AsyncDisposableStack();
      const server = await start();
      await startControllerOn(started, server);
      const gateway = started.use(await startGatewayFor(server.kubeconfig));
      const api = await ApiClient.connect(server.kubeconfig);
      const { body } = await api.get(WORKSPACES);
      const stream = started.use(await api.watch(`${WORKSPACES}?resourceVersion=${body.metadata?.resourceVersion}`));
      const [watched, sent]: [string[], string[]] = [[], []];
      void collectWatched(stream, watched);
      await collectSent(gateway.subscribe<SentEvent>(FOLLOW, { in: namespace }), sent);

      async function step(operation: string, more: object): Promise<unknown> {
        const { data, errors } = await gateway.query(operation, { input: { namespace, name: 'nb', ...more } });
        expect(errors).toBeUndefined();
        return data?.['result'];
      }
      const read = async () => Object((await gateway.query(READ)).data?.['workspace']);
      const chosen = { kind: 'jupyterlab', imageConfig: 'jupyter-scipy:v1.9.2', podConfig: 'tiny_cpu' };
      expect(await step(CREATE, { ...chosen, waitFor: 'RUNNING' })).toMatchObject({ stateReached: true });
      expect(await step(PAUSE, { waitFor: 'PAUSED' })).toMatchObject({ stateReached: true });
      expect(await step(START, { waitFor: 'RUNNING' })).toMatchObject({ stateReached: true });
      await step(UPDATE, { displayName: 'Changed', revision: (await read()).revision });
      expect((await read()).pendingRestart).toBe(true);
      const before = watched.length;
      const redirect = { applyPendingRedirects: true, revision: (await read()).revision };
      expect(await step(UPDATE, redirect)).toEqual({
        workspace: { imageConfig: { optionId: 'jupyter-scipy:v1.10.0' } },
      });
      const later = () =>
        watched.slice(before).map((event) => / (?<state>[A-Z][a-z]+) /u.exec(event)?.groups?.['state']);
      const runsAgain = () => later().lastIndexOf('Running') > later().indexOf('Terminating');
      await waitFor(() => later().includes('Terminating') && runsAgain(), 'the pod is replaced');
      await waitFor(async () => runsWithItsOptions(await read()), 'the gateway has it');
      expect(await step(DELETE, { waitFor: 'GONE' })).toEqual({ deletionPending: false });

      const deletion = () => watched.find((event) => event.startsWith('DELETED '));
      await waitFor(() => deletion() !== undefined && sent.at(-1) === deletion(), 'the last event arrives');
      // Changes in quick succession may be sent as one, the first of all as ADDED, but none is invented and the order is kept.
      const contents = sent.map(contentOf);
      expect(contents).toEqual(watched.map(contentOf).filter((content) => contents.includes(content)));
      const changes = sent.slice(1, -1).map(() => 'MODIFIED');
      expect(sent.map(typeOf)).toEqual(['ADDED', ...changes, 'DELETED']);
    }, 120_000);
  },
);
