import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { devPod, devPodCrd } from '../support/devpod-and-volcano.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { base64, secret } from '../support/storage.ts';
import { startTamperingProxy, type Tamper } from '../support/tampering-proxy.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordingLog } from '../support/recording-log.ts';

const CANARY = 'zqcanaryqz';
const FORMS = [CANARY, base64(CANARY), base64(`x${CANARY}`), base64(`xx${CANARY}`)];

const objects = [
  namespace('team-a'),
  workspace('nb', { state: 'Running', status: { stateMessage: CANARY } }),
  secret('token', { data: { [CANARY]: base64(CANARY) }, metadata: { annotations: { a: CANARY } } }),
];

type Json = Readonly<Record<string, unknown>>;
const changed =
  (change: (body: Json) => unknown): Tamper =>
  ({ body }) =>
    JSON.stringify(change(JSON.parse(body) as Json));

/** Text that is no JSON object, with the canary in it. */
const texts: readonly (readonly [title: string, tamper: Tamper])[] = [
  ['that is a text in JSON', () => JSON.stringify(CANARY)],
  ['that is a page', () => `<html>${CANARY}</html>`],
  ['that is cut in the middle', ({ body }) => body.slice(0, body.indexOf(CANARY) + CANARY.length)],
  ['that has a comma too many', ({ body }) => body.replaceAll(CANARY, `${CANARY}",,"`)],
  ['that begins with the value', () => CANARY],
  ['that is a list', () => JSON.stringify([CANARY])],
];

/** Lists that a decoder cannot read, each with the canary in it. */
const lists: readonly (readonly [title: string, tamper: Tamper])[] = [
  ['of which a value is all that there is', changed(() => ({ items: [{ data: { a: CANARY } }] }))],
  ['without its metadata', changed((body) => ({ ...body, metadata: undefined }))],
  ['without a resourceVersion', changed((body) => ({ ...body, metadata: {} }))],
  ['whose resourceVersion is an object', changed((body) => ({ ...body, metadata: { resourceVersion: body } }))],
  ['whose items are an object', changed((body) => ({ ...body, items: body }))],
  ['whose items are text', changed((body) => ({ ...body, items: CANARY }))],
  ['whose items are text in a list', changed((body) => ({ ...body, items: [CANARY] }))],
  ['whose items have metadata that is text', changed((body) => ({ ...body, items: [{ metadata: CANARY }] }))],
  [
    'whose items have objects as names',
    changed((body) => ({ ...body, items: [{ metadata: { name: body, uid: CANARY, resourceVersion: [CANARY] } }] })),
  ],
  ['whose items have no metadata', changed((body) => ({ ...body, items: [{ [CANARY]: CANARY }] }))],
  ...texts,
];

/** Watch events that a decoder cannot read, each with the canary in it. */
const events: readonly (readonly [title: string, tamper: Tamper])[] = [
  ['of an unknown type', changed((event) => ({ ...event, type: CANARY }))],
  ['whose type is an object', changed((event) => ({ ...event, type: event }))],
  ['whose object is text', changed((event) => ({ ...event, object: CANARY }))],
  ['whose object has metadata that is text', changed((event) => ({ ...event, object: { metadata: CANARY } }))],
  ['whose object has no metadata', changed((event) => ({ ...event, object: { [CANARY]: CANARY } }))],
  ['whose object has an object as name', changed((event) => ({ ...event, object: { metadata: { name: event } } }))],
  [
    'that is a bookmark without a version',
    changed(({ object }) => ({ type: 'BOOKMARK', object: { a: CANARY, object } })),
  ],
  ['that is an error without a Status', changed(({ object }) => ({ type: 'ERROR', object: { a: CANARY, object } }))],
  ['that is an error with text', changed(() => ({ type: 'ERROR', object: CANARY }))],
  ...texts,
];

/** Starts a gateway whose API server answers through a proxy. Its log is kept as text. */
async function startTampered(isTampered: (path: string) => boolean, tamper: Tamper) {
  const started = new AsyncDisposableStack();
  const cluster = started.use(await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...objects] }));
  const proxy = started.use(await startTamperingProxy(cluster.url));
  proxy.tamper = ({ path, body }) => (isTampered(path) ? tamper({ path, body }) : body);
  const { log, texts: lines } = recordingLog('debug');
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  const gateway = started.use(await startGatewayFor(kubeconfig, { when: 'at once', log }));
  return { cluster, gateway, lines, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

function expectNoCanary(...outputs: readonly unknown[]): void {
  const all = outputs.map((output) => (typeof output === 'string' ? output : inspect(output, { depth: 20 }))).join();
  for (const form of FORMS) expect(all).not.toContain(form);
}

const isList = (path: string) => path.includes('/workspaces') && !path.includes('watch=');
const isWatch = (path: string) => path.includes('/workspaces') && path.includes('watch=');

it.each(lists)('quotes nothing of a list of secrets %s', async (_, tamper) => {
  await using tampered = await startTampered((path) => path.includes('/secrets'), tamper);
  const { gateway, lines } = tampered;
  const many = await gateway.query('{ secrets(namespace: "team-a") { nodes { name type } } }');
  const one = await gateway.query('{ secret(namespace: "team-a", name: "token") { name type } }');
  expectNoCanary(many, one, lines.join(''));
});

it.each(lists)('quotes nothing of a list of workspaces %s', async (_, tamper) => {
  await using tampered = await startTampered(isList, tamper);
  const { gateway, lines } = tampered;
  await waitFor(() => lines.some((line) => /"resource":"workspaces"/u.test(line)), 'the list has been read');
  await gateway.query('{ workspaces { nodes { name } } }');
  expectNoCanary(lines.join(''));
});

it.each(events)('quotes nothing of a watch event %s', async (_, tamper) => {
  await using tampered = await startTampered(isWatch, tamper);
  const { cluster, lines } = tampered;
  await waitFor(() => cluster.openWatches > 0, 'the watch is open');
  cluster.apply(workspace('other', { state: 'Running', status: { stateMessage: CANARY } }));
  await waitFor(() => lines.some((line) => /skipped a malformed|interrupted/u.test(line)), 'the event has been read');
  expectNoCanary(lines.join(''));
});

it('returns the other objects of a kind when one is nested 9,000 levels deep', async () => {
  const deep = `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`;
  const started = new AsyncDisposableStack();
  await using _all = started;
  const cluster = started.use(
    await startSimulator({
      objects: [
        workspaceCrd,
        workspaceKindCrd,
        devPodCrd,
        namespace('loft-p-team-a'),
        devPod('deep', { spec: { template: CANARY } }),
        devPod('flat', { spec: { template: 'flat' } }),
      ],
    }),
  );
  const proxy = started.use(await startTamperingProxy(cluster.url));
  proxy.tamper = ({ body }) => body.replaceAll(JSON.stringify(CANARY), deep);
  const kubeconfig = kubeconfigText({ server: proxy.url }, { token: cluster.token });
  const gateway = started.use(await startGatewayFor(kubeconfig));
  const { data, errors } = await gateway.query('{ devPodWorkspaceInstances { nodes { name manifest } } }');
  expect([errors, data]).toMatchObject([undefined, { devPodWorkspaceInstances: { nodes: [{ name: 'flat' }] } }]);
});
