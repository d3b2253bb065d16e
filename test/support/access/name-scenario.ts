import type { GraphQLSchema } from 'graphql';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { RequestRecord } from '../../../dev/simulator/request.ts';
import { podOf } from '../pods.ts';
import { devPod, devPodCrd, volcanoCommandCrd, volcanoJob, volcanoJobCrd } from '../devpod-and-volcano.ts';
import { INVALID_SEGMENTS, UNUSUAL_SEGMENTS } from '../path-segments.ts';
import { namespace, workspace, workspaceKind } from '../manifests.ts';
import { claim, secret, storageClass, volumeOf } from '../storage.ts';
import { grant, type Rule } from './grants.ts';
import { nameCases, type NameCase, type Words } from './name-operations.ts';
import { testUser, type Caller, type TestUser } from './users.ts';
import { AccessEnvironment } from './environment.ts';
import type { ResourceRequestAttributes } from '../../../dev/simulator/access/policy-rules.ts';

const TEAM = 'team-a';
const NAME = 'nb';
const MOUNTABLE = { 'notebooks.kubeflow.org/can-mount': 'true', 'notebooks.kubeflow.org/can-update': 'true' };

/** Two viewers: one has permissions without resourceNames, the other has one rule with resourceNames for each name. */
export const viewers = { unrestricted: testUser('ann'), restricted: testUser('bob') } as const;

const everything = { apiGroups: ['*'], resources: ['*'] };
const rulesOf: Readonly<Record<string, readonly Rule[]>> = {
  [viewers.unrestricted.name]: [{ ...everything, verbs: ['*'] }],
  [viewers.restricted.name]: [
    { ...everything, verbs: ['create', 'list', 'watch', 'deletecollection'] },
    { ...everything, verbs: ['*'], resourceNames: [NAME, TEAM, 'status', ...UNUSUAL_SEGMENTS, ...INVALID_SEGMENTS] },
    { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  ],
};

const pod = podOf(NAME, { name: NAME });
const objects: readonly Manifest[] = [
  devPodCrd,
  volcanoJobCrd,
  volcanoCommandCrd,
  namespace(TEAM),
  workspaceKind(NAME),
  workspace(NAME, { kind: NAME, state: 'Running' }),
  // Found by a request whose `.` or `..` was normalized.
  workspace('status', { kind: NAME }),
  pod,
  claim(NAME, { metadata: { labels: MOUNTABLE } }),
  volumeOf(NAME),
  storageClass(NAME),
  secret(NAME, { metadata: { labels: MOUNTABLE, namespace: TEAM } }),
  devPod(NAME, { metadata: { namespace: TEAM } }),
  volcanoJob(NAME),
];

/** A cluster in which every object has the same name, and a gateway in token mode. */
export class NameScenario implements AsyncDisposable {
  readonly environment: AccessEnvironment;
  readonly cases: readonly NameCase[];

  static async begin(schema: GraphQLSchema): Promise<NameScenario> {
    const users = Object.values(viewers);
    const grants = Object.entries(rulesOf).flatMap(([name, rules]) => grant(name, ...rules));
    const environment = await AccessEnvironment.start({ users, objects: [...objects, ...grants], modes: ['token'] });
    environment.cluster.log(TEAM, NAME, 'main', 'started'); // a subscription to a log without lines has no first result
    const ask = `{ workspace(namespace: "${TEAM}", name: "${NAME}") { id revision } workspaceKind(name: "${NAME}") { revision } }`;
    const { data } = await environment.administrator('token').ask(ask);
    const known = data as { readonly workspace: Known; readonly workspaceKind: Known };
    return new NameScenario(
      environment,
      nameCases(schema, (field) => wordsFor(field, known)),
    );
  }

  private constructor(environment: AccessEnvironment, cases: readonly NameCase[]) {
    this.environment = environment;
    this.cases = cases;
  }

  caller(who: TestUser): Caller {
    return this.environment.caller(who, 'token');
  }

  /** Requests to the API server on behalf of a viewer, in order. */
  requestsOf({ name }: TestUser): readonly RequestRecord[] {
    return this.environment.cluster.requests.filter(({ user }) => user === name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.environment[Symbol.asyncDispose]();
  }
}

interface Known {
  readonly id?: string;
  readonly revision: string;
}

function wordsFor(field: string, known: { readonly workspace: Known; readonly workspaceKind: Known }): Words {
  const isAboutKind = field.endsWith('WorkspaceKind');
  const manifest = objects.find(({ kind }) => field.endsWith(kind)) ?? {};
  return {
    namespace: TEAM,
    name: NAME,
    names: [NAME],
    kind: NAME,
    id: known.workspace.id,
    ids: [known.workspace.id],
    revision: (isAboutKind ? known.workspaceKind : known.workspace).revision,
    manifest,
    patch: { metadata: { labels: { touched: 'yes' } } },
    type: 'MERGE',
    imageConfig: 'scipy',
    podConfig: 'tiny',
    storageClassName: NAME,
    requestedSize: '1Gi',
    mountPath: '/somewhere',
    key: 'a.svg',
    annotations: [{ key: 'a', value: 'b' }],
    entries: [{ key: 'a', text: 'b' }],
    verb: 'get',
    group: '',
    resource: 'secrets',
    dryRun: true,
    ...(field === 'restartWorkspace' && { timeoutSeconds: 0 }), // there is no controller that pauses
  };
}

/** Returns the result of an operation, or the first result of a subscription. */
export async function outcomeOf(caller: Caller, { type, with: write }: NameCase, name: string): Promise<Outcome> {
  const { text, variables } = write(name);
  if (type !== 'subscription') return caller.ask(text, variables);
  try {
    for await (const reply of caller.follow(text, variables)) return reply;
    return { data: null };
  } catch (error) {
    if (Array.isArray(error)) return { errors: error as NonNullable<Outcome['errors']> };
    throw error;
  }
}

export interface Outcome {
  readonly data?: unknown;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: {
      readonly code?: string;
      readonly causes?: readonly { readonly field: string; readonly message: string }[];
    };
  }[];
}

/** Returns the requests from an index on that were performed without a review of the same attributes. */
export function unreviewed(requests: readonly RequestRecord[], from: number): readonly RequestRecord[] {
  const latest = performed(requests.slice(from));
  if (latest.length === 0) return [];
  const reviewed = requests.flatMap(({ reviewed: access }) => (access?.type === 'resource' ? [access] : []));
  return latest.filter((request) => !reviewed.some((access) => isAbout(access, request)));
}

/** An empty namespace or name of a review means all. A reviewed `update` permits a patch. */
function isAbout(access: ResourceRequestAttributes, request: RequestRecord): boolean {
  return (
    [request.verb, ...(request.verb === 'patch' ? ['update'] : [])].includes(access.verb) &&
    access.group === request.group &&
    access.resource === request.resource &&
    access.subresource === (request.subresource ?? '') &&
    ['', request.namespace].includes(access.namespace) &&
    ['', request.name].includes(access.name)
  );
}

/** Returns the requests that are not reviews. */
export function performed(requests: readonly RequestRecord[]): readonly RequestRecord[] {
  return requests.filter(({ group }) => group !== 'authorization.k8s.io' && group !== 'authentication.k8s.io');
}
