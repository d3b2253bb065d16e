import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POD_METRICS } from '../../dev/simulator/aggregated-resource.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { alwaysWatchedKinds } from '../support/always-watched.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { ELSEWHERE, malformedAnswers, type MalformedAnswer } from '../support/malformed-answers.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { secret } from '../support/storage.ts';
import { startTamperingProxy, type TamperingProxy } from '../support/tampering-proxy.ts';
import { startGatewayFor, type TestGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

/** A request that the gateway sends for an operation of a client. `ns` is a namespace of this case alone. */
interface RequestKind {
  readonly title: string;
  readonly operation: (ns: string, revision: string) => string;
  /** Whether the request is the one that is answered. */
  readonly isSent: (method: string, path: string, ns: string) => boolean;
  /** Code of the error. */
  readonly code: 'UNAVAILABLE' | 'TIMEOUT';
  /** Code if the answer is the Status of a failure; by default the Status's own. */
  readonly statusCode?: string;
}

const nb = (ns: string) => `namespace: "${ns}", name: "nb"`;
const read = { code: 'UNAVAILABLE' } as const;
const write = { code: 'TIMEOUT' } as const;
const returning = '{ workspace { name } }';
const ofWorkspaces = (method: string) => (sent: string, path: string, ns: string) =>
  sent === method && path.startsWith(`/apis/kubeflow.org/v1beta1/namespaces/${ns}/workspaces`);
const ofSecrets = (method: string) => (sent: string, path: string, ns: string) =>
  sent === method && path.startsWith(`/api/v1/namespaces/${ns}/secrets`);

const reads: readonly RequestKind[] = [
  {
    ...read,
    title: 'a token review',
    operation: (ns) => `{ workspaces(namespace: "${ns}") { totalCount } }`,
    isSent: (_, path) => path.endsWith('/tokenreviews'),
    statusCode: 'UNAVAILABLE', // it is about the gateway, not about the token
  },
  {
    ...read,
    title: 'an access review',
    operation: (ns) => `{ workspaces(namespace: "${ns}") { totalCount } }`,
    isSent: (_, path) => path.endsWith('accessreviews'),
    statusCode: 'UNAVAILABLE',
  },
  {
    ...read,
    title: 'a list',
    operation: (ns) => `{ secrets(namespace: "${ns}") { nodes { name } } }`,
    isSent: ofSecrets('GET'),
  },
  {
    ...read,
    title: 'a get',
    operation: (ns) => `{ secret(namespace: "${ns}", name: "token") { name } }`,
    isSent: ofSecrets('GET'),
  },
  {
    ...read,
    title: 'a list of metrics',
    operation: (ns) => `{ workspace(${nb(ns)}) { usage { available reason } } }`,
    isSent: (_, path, ns) => path === `/apis/metrics.k8s.io/v1beta1/namespaces/${ns}/pods`,
  },
  {
    ...read,
    title: 'a log',
    operation: (ns) => `{ workspaceLogs(${nb(ns)}) { text } }`,
    isSent: (_, path) => path.includes('/log'),
  },
];

const writes: readonly RequestKind[] = [
  {
    ...write,
    title: 'a create',
    operation: (ns) =>
      `mutation { createWorkspace(input: { namespace: "${ns}", name: "new", kind: "jupyterlab", imageConfig: "scipy-2", podConfig: "tiny" }) ${returning} }`,
    isSent: ofWorkspaces('POST'),
  },
  {
    ...write,
    title: 'a create of a secret',
    operation: (ns) =>
      `mutation { createSecret(input: { namespace: "${ns}", name: "new", entries: [{ key: "a", text: "b" }] }) { secret { name } } }`,
    isSent: ofSecrets('POST'),
  },
  {
    ...write,
    title: 'an update',
    operation: (ns, revision) =>
      `mutation { updateWorkspace(input: { ${nb(ns)}, revision: "${revision}", displayName: "Renamed" }) ${returning} }`,
    isSent: ofWorkspaces('PATCH'),
  },
  {
    ...write,
    title: 'a pause',
    operation: (ns) => `mutation { pauseWorkspace(input: { ${nb(ns)} }) ${returning} }`,
    isSent: ofWorkspaces('PATCH'),
  },
  {
    ...write,
    title: 'a start',
    operation: (ns) => `mutation { startWorkspace(input: { namespace: "${ns}", name: "paused" }) ${returning} }`,
    isSent: ofWorkspaces('PATCH'),
  },
  {
    ...write,
    title: 'a patch',
    operation: (ns) =>
      `mutation { patchWorkspace(input: { ${nb(ns)}, type: MERGE, patch: { metadata: { labels: { a: "b" } } } }) ${returning} }`,
    isSent: ofWorkspaces('PATCH'),
  },
  {
    ...write,
    title: 'a delete',
    operation: (ns) => `mutation { deleteWorkspace(input: { ${nb(ns)} }) { deletionPending } }`,
    isSent: ofWorkspaces('DELETE'),
  },
  {
    ...write,
    title: 'a delete of many',
    operation: (ns) => `mutation { deleteWorkspaces(input: { namespace: "${ns}", labelSelector: "a=b" }) { count } }`,
    isSent: ofWorkspaces('DELETE'),
  },
];

/** Words that only the runtime, its parsers or the network library use. */
const FOREIGN_WORDS =
  /undefined|is not a function|Cannot read|Unexpected|JSON at position|TypeError|SyntaxError|ECONN|ENOTFOUND|socket|HPE_|Internal error of the gateway/u;

let proxy: TamperingProxy;
let cluster: Simulator;
let gateway: TestGateway;
/** Revisions of the workspaces `nb` by namespace. */
let revisions: ReadonlyMap<string, string>;

const cases = [...reads, ...writes].flatMap((kind, row) =>
  malformedAnswers.map((answer, column) => ({ kind, answer, ns: `team-${row}-${column}` })),
);
const spaces = [...cases.map(({ ns }) => ns), ...malformedAnswers.map((_, index) => `follow-${index}`)];

function objectsOf(ns: string) {
  return [
    namespace(ns),
    workspace('nb', { namespace: ns, state: 'Running' }),
    workspace('paused', { namespace: ns, state: 'Paused', paused: true }),
    podOf('nb', { namespace: ns }),
    secret('token', { metadata: { namespace: ns } }),
  ];
}

function metricsOf(ns: string) {
  const container = { name: 'main', usage: { cpu: '1', memory: '1Gi' } };
  return {
    apiVersion: POD_METRICS.apiVersion,
    kind: POD_METRICS.kind,
    metadata: { name: 'ws-nb-abcde-0', namespace: ns },
    timestamp: '2026-11-25T10:00:00Z',
    window: '15s',
    containers: [container],
  };
}

beforeAll(async () => {
  cluster = await startSimulator({
    users: [...spaces, 'reader'].map((ns) => ({ name: ns, token: `token-of-${ns}`, groups: ['system:masters'] })),
    aggregated: [POD_METRICS],
    objects: [
      workspaceCrd,
      workspaceKindCrd,
      workspaceKind('jupyterlab'),
      ...spaces.flatMap((ns) => [...objectsOf(ns), metricsOf(ns)]),
    ],
  });
  proxy = await startTamperingProxy(cluster.url);
  gateway = await startGatewayFor(kubeconfigText({ server: proxy.url }, { token: cluster.token }), {
    authentication: { mode: 'token' },
    authorizer: 'reviews',
    maxFailedAuthenticationsPerMinute: 1_000,
  });
  await waitFor(() => cluster.openWatches === alwaysWatchedKinds.length, 'every kind is watched');
  await using user = connectUser(gateway.url, { token: 'token-of-reader' });
  const { data } = await user.ask('{ workspaces { nodes { name namespace { name } revision } } }');
  revisions = new Map(
    Object(data?.['workspaces'])
      .nodes.filter(({ name }: { name: string }) => name === 'nb')
      .map((node: { namespace: { name: string }; revision: string }) => [node.namespace.name, node.revision]),
  );
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
});

/** Answers the matching requests with this, until the result is disposed of. Counts them, and those that follow a redirect. */
function answering({ kind, answer, ns }: (typeof cases)[number]) {
  const answered = { count: 0, followed: 0, [Symbol.dispose]: () => void (proxy.answer = () => undefined) };
  proxy.answer = ({ method, path }) => {
    if (path === ELSEWHERE) answered.followed += 1;
    if (!kind.isSent(method, path.split('?')[0] ?? '', ns)) return undefined;
    answered.count += 1;
    return answer;
  };
  return answered;
}

function expectNothingForeign(answer: unknown): void {
  const text = JSON.stringify(answer);
  expect(text).not.toMatch(FOREIGN_WORDS);
  for (const address of [proxy.url, new URL(proxy.url).host, ELSEWHERE]) expect(text).not.toContain(address);
}

function expectedCode({ code, statusCode }: RequestKind, answer: MalformedAnswer): string {
  return answer.code === undefined ? code : (statusCode ?? answer.code);
}

describe.each([...reads, ...writes])('when $title', (kind) => {
  it.each(cases.filter((one) => one.kind === kind))(
    `returns an error with a code and then data when it is answered with $answer.title`,
    async (one) => {
      await using user = connectUser(gateway.url, { token: `token-of-${one.ns}` });
      const operation = kind.operation(one.ns, revisions.get(one.ns) ?? '');
      {
        using answered = answering(one);
        const { status: _, ...failed } = await user.ask(operation);
        expect(answered.count).toBeGreaterThan(0);
        expect(failed.errors?.map(({ extensions: { code } }) => code)).toEqual([expectedCode(kind, one.answer)]);
        const isUnknown = failed.errors?.[0]?.message.includes('it may or may not have happened');
        expect(isUnknown).toBe(expectedCode(kind, one.answer) === 'TIMEOUT');
        expect(answered.followed).toBe(0);
        expectNothingForeign(failed);
      }
      expect((await user.ask(operation)).errors).toBeUndefined();
    },
  );
});

describe('when a log is followed', () => {
  it.each(malformedAnswers.map((answer, index) => ({ answer, ns: `follow-${index}` })))(
    'returns an error with a code and then lines when it is answered with $answer.title',
    async ({ answer, ns }) => {
      await using user = connectUser(gateway.url, { token: `token-of-${ns}` });
      const follow = () => user.subscribe(`subscription { workspaceLogs(${nb(ns)}) { text } }`);
      const kind = reads.find(({ title }) => title === 'a log');
      if (!kind) throw new Error('expected a log among the reads');
      {
        using _ = answering({ kind, answer, ns });
        const failed: unknown = await follow()
          .next()
          .catch((error: unknown) => ({ value: { errors: error } }));
        expect(failed).toMatchObject({ value: { errors: [{ extensions: { code: expectedCode(kind, answer) } }] } });
        expectNothingForeign(failed);
      }
      cluster.log(ns, 'ws-nb-abcde-0', 'main', 'a line');
      expect(await follow().next()).toMatchObject({ value: { data: { workspaceLogs: [{ text: 'a line' }] } } });
    },
  );
});

describe('when a watch is open', () => {
  it.each(malformedAnswers.map((answer, index) => ({ answer, index })))(
    'returns later changes when an event is $answer.title',
    async ({ answer, index }) => {
      await using user = connectUser(gateway.url, { token: 'token-of-reader' });
      cluster.faults.injectLine(answer.body);
      cluster.apply(workspace(`later-${index}`, { namespace: 'follow-0' }));
      const later = `{ workspace(namespace: "follow-0", name: "later-${index}") { name } }`;
      await waitFor(async () => {
        const found = await user.ask(later);
        expectNothingForeign(found);
        expect([undefined, 'UNAVAILABLE']).toContain(found.errors?.[0]?.extensions['code']);
        return found.data?.['workspace'] !== null && found.errors === undefined;
      }, 'the change has arrived');
    },
  );
});

it('keeps the objects of a watched kind until it is listed when the API server answers with lists of other kinds', async () => {
  const foreign = [
    { kind: 'PodList', apiVersion: 'v1' },
    { kind: 'WorkspaceList', apiVersion: 'kubeflow.org/v1beta1' },
    { kind: 'WorkspaceKindList', apiVersion: 'example.com/v1' },
  ].map((list) => JSON.stringify({ ...list, metadata: { resourceVersion: '1' }, items: [] }));
  await using user = connectUser(gateway.url, { token: 'token-of-reader' });
  const names = async () => {
    const { data, errors } = await user.ask('{ workspaceKinds { nodes { name } } }');
    expect(errors).toBeUndefined();
    return Object(data?.['workspaceKinds']).nodes.map(({ name }: { readonly name: string }) => name);
  };
  let answers = 0;
  proxy.answer = ({ path }) => {
    if (!/\/workspacekinds\?(?!.*watch=true)/u.test(path)) return undefined;
    answers += 1;
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: foreign[answers % foreign.length] ?? '',
    };
  };
  using _ = { [Symbol.dispose]: () => void (proxy.answer = () => undefined) };
  cluster.faults.injectLine('{}'); // every watch is followed by a list
  await waitFor(() => answers > foreign.length, 'each list is refused');
  expect(await names()).toEqual(['jupyterlab']);
  proxy.answer = () => undefined;
  cluster.apply(workspaceKind('later'));
  await waitFor(async () => (await names()).includes('later'), 'the kind is listed and watched again');
});
