import { workspaceCrd } from '../../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../../dev/demo/crds/workspace-kind.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import { startSimulator, type Simulator } from '../../../dev/simulator/simulator.ts';
import { createCanaryFactory } from '../access/canaries.ts';
import { bound, clusterRole } from '../access/rbac-objects.ts';
import { devPod, devPodCrd, volcanoCommandCrd, volcanoJob, volcanoJobCrd } from '../devpod-and-volcano.ts';
import { eventOf } from '../events.ts';
import { startGatewayProcess, type GatewayProcess } from '../gateway-process.ts';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import { podOf } from '../pods.ts';
import { postOperation } from '../post-operation.ts';
import { claim, secret, storageClass, volumeOf } from '../storage.ts';

/** Users of the cluster. The abusive clients are the member, the stranger, and callers without credentials. */
export const USERS = {
  /** May read the canaries. No fuzzed request has this identity. */
  owner: { name: 'owner@example.com', groups: [], token: 'token-of-the-owner' },
  /** May edit everything but secrets in `team-a`. */
  member: { name: 'member@example.com', groups: [], token: 'token-of-the-member' },
  /** Has no permission. */
  stranger: { name: 'stranger@example.com', groups: [], token: 'token-of-the-stranger' },
} as const;

export const MODES = ['token', 'header'] as const;
export type Mode = (typeof MODES)[number];

/** Valid values of the running gateway, from which hostile ones are made. */
export interface SampleValues {
  readonly ids: readonly string[];
  readonly pageCursors: readonly string[];
  readonly streamCursors: readonly string[];
  readonly revisions: readonly string[];
}

/** A cluster with secrets, and one gateway process per authentication mode. */
export interface AbuseTarget extends AsyncDisposable {
  readonly cluster: Simulator;
  readonly gateways: Readonly<Record<Mode, GatewayProcess>>;
  readonly samples: SampleValues;
}

const KUBEFLOW = { apiGroups: ['kubeflow.org'], resources: ['workspaces', 'workspaces/status'] };
const READ = ['get', 'list', 'watch'];
const ALL = [...READ, 'create', 'update', 'patch', 'delete', 'deletecollection'];

const editor = clusterRole(
  'team-editor',
  { ...KUBEFLOW, verbs: ALL },
  { apiGroups: [''], resources: ['persistentvolumeclaims', 'pods', 'pods/log', 'events'], verbs: ALL },
  { apiGroups: ['management.loft.sh', 'batch.volcano.sh', 'bus.volcano.sh'], resources: ['*'], verbs: ALL },
);

/** Returns the objects of `team-a`, which the member may edit, and of `team-b`, which contain canaries. */
function targetObjects(): readonly Manifest[] {
  const canary = createCanaryFactory();
  const names = Array.from({ length: 8 }, (_, index) => `nb-${index}`);
  return [
    workspaceCrd,
    workspaceKindCrd,
    devPodCrd,
    volcanoJobCrd,
    volcanoCommandCrd,
    editor,
    bound(USERS.owner, 'cluster-admin'),
    ...['team-a', 'loft-p-team-a'].flatMap((team) => [namespace(team), bound(USERS.member, 'team-editor', team)]),
    namespace('team-b', { secret: canary() }),
    workspaceKind('jupyterlab', {}, { icon: { url: `https://example.com/icon.svg` } }),
    claim('home'),
    volumeOf('home'),
    storageClass('fast'),
    devPod('pod'),
    volcanoJob('train'),
    ...names.map((name) => workspace(name, { state: 'Running', labels: { stage: 'test' } })),
    ...names.flatMap((name) => [podOf(name), eventOf('Pod', name)]),
    secret('token', { data: { value: Buffer.from(canary()).toString('base64') } }),
    ...names.flatMap((name) => hidden(`${name}-${canary()}`, canary)),
  ];
}

/** Returns objects of `team-b` whose names, labels and contents are canaries. */
function hidden(name: string, canary: () => string): readonly Manifest[] {
  const metadata = { name: canary(), namespace: 'team-b', labels: { hidden: canary() }, annotations: { a: canary() } };
  return [
    workspace(name, {
      namespace: 'team-b',
      state: 'Running',
      labels: { hidden: canary() },
      status: { stateMessage: canary() },
    }),
    podOf(name, { namespace: 'team-b', name: `ws-${name}-0` }),
    claim('unused', { metadata }),
    secret('unused', { metadata, data: { value: Buffer.from(canary()).toString('base64') } }),
    eventOf('Workspace', name, {
      metadata: { name: canary(), namespace: 'team-b' },
      involvedObject: { namespace: 'team-b' },
      message: canary(),
    }),
    volcanoJob('unused', { metadata }),
  ];
}

/** Settings that make limits reachable with small inputs and keep the gateway busy with expiry. */
const SETTINGS = { DISCOVERY_INTERVAL_MS: '1000', AUTHORIZATION_TTL_SECONDS: '2', DENIAL_TTL_SECONDS: '2' };

export async function startAbuseTarget(): Promise<AbuseTarget> {
  await using started = new AsyncDisposableStack();
  const users = Object.values(USERS);
  const cluster = started.use(await startSimulator({ users, objects: targetObjects(), bookmarkIntervalMs: 500 }));
  const [token, header] = await Promise.all(
    MODES.map((mode) => startGatewayProcess(cluster.kubeconfig, { ...SETTINGS, AUTH_MODE: mode })),
  );
  if (!token || !header) throw new TypeError('Expected a gateway for each mode.');
  started.use(token);
  started.use(header);
  const samples = await collectSamples(token.port);
  const running = started.move();
  return { cluster, gateways: { token, header }, samples, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

interface Edges {
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: { readonly id: string; readonly revision?: string };
  }[];
}

async function collectSamples(port: number): Promise<SampleValues> {
  const url = new URL('/graphql', `http://127.0.0.1:${port}`);
  const authorization = `Bearer ${USERS.member.token}`;
  const post = (query: string, accept: string) => postOperation(url, query, { headers: { authorization, accept } });
  const list = await post(
    '{ workspaces(namespace: "team-a") { edges { cursor node { id revision } } } }',
    'application/json',
  );
  const { data } = (await list.json()) as { readonly data?: { readonly workspaces?: Edges } };
  const edges = data?.workspaces?.edges ?? [];
  const streamCursors = await firstCursors(
    await post('subscription { workspaces { type cursor } }', 'text/event-stream'),
  );
  if (edges.length === 0 || streamCursors.length === 0)
    throw new Error('Expected workspaces and events with cursors, got none.');
  return {
    ids: edges.map(({ node }) => node.id),
    pageCursors: edges.map(({ cursor }) => cursor),
    streamCursors,
    revisions: edges.map(({ node }) => node.revision ?? ''),
  };
}

/** Reads an event stream until SYNCED and returns the cursors. */
async function firstCursors({ body }: Response): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.includes('SYNCED')) break;
  }
  return Array.from(text.matchAll(/^id: (.+)$/gmu), ([, cursor = '']) => cursor);
}
