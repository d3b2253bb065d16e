import { expect } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { alwaysWatched } from './always-watched.ts';
import type { ScratchDirectory } from './scratch-directory.ts';
import type { InjectedError, RequestPredicate } from '../../dev/simulator/faults.ts';
import type { RequestVerb } from '../../dev/simulator/request.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { namespace, workspace } from './manifests.ts';
import { startGatewayFor, type TestGateway } from './test-gateway.ts';
import { waitFor } from './wait-for.ts';
import { followWorkspaces, freshVersions, versionsIn, type WorkspaceView } from './workspace-view.ts';

const team = namespace('team-a');
export const snapshot = [team, workspace('nb-1', { state: 'Running' }), workspace('nb-2', { state: 'Running' })];

export type Followed = TestGateway & { readonly cluster: Simulator };

/** Subscribes to all workspaces, and resolves after SYNCED. */
export async function synced(gateway: Followed): Promise<WorkspaceView> {
  const view = followWorkspaces(gateway);
  const { length } = versionsIn(gateway.cluster);
  expect((await view.next(length + 2)).at(-1)).toBe('SYNCED');
  return view;
}

/** Updates nb-1, deletes nb-2 and creates nb-3. */
export function change(cluster: Simulator): void {
  cluster.apply(workspace('nb-1', { state: 'Paused' }));
  cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-2', 'team-a');
  cluster.apply(workspace('nb-3'));
}

export function about(verb: RequestVerb): RequestPredicate {
  return (request) => request.verb === verb && request.resource === 'workspaces';
}

/** Returns the number of complete lists of workspaces, in pages or streaming. */
export function timesRead(gateway: Followed): number {
  const pages = requestsFor(gateway, 'list').filter(
    ({ url }) => !url.endsWith('?limit=1') && !url.includes('continue='),
  );
  const streams = requestsFor(gateway, 'watch').filter(({ url }) => url.includes('sendInitialEvents=true'));
  return pages.length + streams.filter(({ status }) => status === 200).length;
}

export function requestsFor({ cluster }: Followed, verb: RequestVerb) {
  return cluster.requests.filter(about(verb));
}

/** Refuses the next watch of workspaces. Returns the arrival times of that watch and all later ones. */
export function refuseNextWatch({ faults }: Simulator, refusal: Omit<InjectedError, 'when'>): readonly number[] {
  const arrivals: number[] = [];
  const isNext: RequestPredicate = (request) => about('watch')(request) && arrivals.push(performance.now()) === 1;
  faults.refuse({ ...refusal, when: isNext });
  return arrivals;
}

/** Starts a gateway that reads its kubeconfig from a file. */
export async function startGatewayBehind(directory: ScratchDirectory): Promise<Followed> {
  const cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd, ...snapshot] });
  const file = await directory.write('config', cluster.kubeconfig);
  const gateway = await startGatewayFor(cluster.kubeconfig, { connection: { type: 'files', files: [file] } });
  await waitFor(() => cluster.openWatches === alwaysWatched.length, 'every kind is watched');
  return {
    ...gateway,
    cluster,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

export async function codeOfQuery(gateway: TestGateway, field: string): Promise<unknown> {
  const { errors } = await gateway.query(`{ ${field} { totalCount } }`);
  return errors?.[0]?.extensions['code'];
}

/** Waits until workspaces are served again and the only workspace has been read. */
export async function servedAgain(gateway: Followed): Promise<void> {
  await waitFor(async () => (await codeOfQuery(gateway, 'workspaces')) === undefined, 'workspaces are served again');
  await waitFor(async () => (await freshVersions(gateway)).length === 1, 'one workspace is returned');
}

export const NAMESPACES = 'subscription { namespaces { type object { name } } }';

export interface NamespaceEvents {
  readonly namespaces: { readonly type: string; readonly object: { readonly name: string } | null };
}

type NamespaceEvent = IteratorResult<{ readonly data?: NamespaceEvents | null }>;

export function typeIn({ value }: NamespaceEvent): string | undefined {
  return value?.data?.namespaces.type;
}

export function nameIn({ value }: NamespaceEvent): string | undefined {
  return value?.data?.namespaces.object?.name;
}

export function deleteDefinition(cluster: Simulator): void {
  cluster.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'workspaces.kubeflow.org');
}
