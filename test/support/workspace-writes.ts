import type { Simulator } from '../../dev/simulator/simulator.ts';
import type { WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import type { Answer } from './test-gateway.ts';

/** All operations that write the spec of a workspace. */
export const workspaceWrites = ['create', 'update', 'JSON', 'MERGE', 'APPLY', 'APPLY-new', 'replace'] as const;
export type WorkspaceWrite = (typeof workspaceWrites)[number];

/** The part of a pod template that a write sets. */
export interface PodTemplatePart {
  readonly home?: string;
  readonly data?: readonly { readonly pvcName: string; readonly mountPath: string }[];
  readonly secrets?: readonly { readonly secretName: string; readonly mountPath: string }[];
  readonly imageConfig?: string;
  readonly podConfig?: string;
}

/** Sends a GraphQL operation as the viewer under test. */
type Send = (query: string, variables: Readonly<Record<string, unknown>>) => Promise<Answer>;

interface Target {
  readonly cluster: Simulator;
  readonly send: Send;
  /** Name of the workspace in `team-a`. It has to exist, except for `create` and `APPLY-new`. */
  readonly name: string;
}

const selection = '{ warnings workspace { name } }';
const document = (mutation: string, input: string) =>
  `mutation ($input: ${input}!) { ${mutation}(input: $input) ${selection} }`;
const documents = {
  create: document('createWorkspace', 'CreateWorkspaceInput'),
  update: document('updateWorkspace', 'UpdateWorkspaceInput'),
  patch: document('patchWorkspace', 'PatchWorkspaceInput'),
  replace: document('replaceWorkspace', 'ReplaceWorkspaceInput'),
};

/** Writes a part of the pod template of a workspace by one of the operations. */
export async function writeWorkspace(write: WorkspaceWrite, target: Target, part: PodTemplatePart): Promise<Answer> {
  const { cluster, send, name } = target;
  const at = { namespace: 'team-a', name };
  const patch = (type: string, body: unknown) =>
    send(documents.patch, { input: { ...at, type, patch: body, force: type === 'APPLY' } });
  switch (write) {
    case 'create':
      return send(documents.create, { input: { ...at, kind: 'jupyterlab', ...chosen(part), ...inputOf(part) } });
    case 'update':
      return send(documents.update, { input: { ...at, revision: await revisionOf(target), ...inputOf(part) } });
    case 'JSON':
      return patch('JSON', operationsOf(part));
    case 'MERGE':
      return patch('MERGE', { spec: { podTemplate: templateOf(part) } });
    case 'APPLY':
      return patch('APPLY', { spec: { podTemplate: templateOf(part) } });
    case 'APPLY-new':
      return patch('APPLY', { spec: wholeSpec(part) });
    case 'replace': {
      const { resourceVersion } = storedWorkspace(cluster, name).metadata;
      const manifest = { metadata: { resourceVersion }, spec: wholeSpec(part) };
      return send(documents.replace, { input: { ...at, manifest } });
    }
    default:
      throw new TypeError(`Unknown write ${JSON.stringify(write satisfies never)}`);
  }
}

/** Returns the path in the input of an operation for a field of the object. */
export function inputPath(write: WorkspaceWrite, field: string): string {
  if (write === 'replace') return `input.manifest.${field}`;
  if (write === 'JSON') return field;
  if (write !== 'create' && write !== 'update') return `input.patch.${field}`;
  return field
    .replace('spec.podTemplate.volumes', 'input.volumes')
    .replace('spec.podTemplate.options', 'input')
    .replace('spec.kind', 'input.kind')
    .replace('pvcName', 'claimName');
}

export function storedWorkspace(cluster: Simulator, name: string): WorkspaceObject {
  const stored = cluster.get('kubeflow.org/v1beta1', 'Workspace', name, 'team-a');
  if (!stored) throw new Error(`Expected a workspace ${name} in team-a.`);
  return stored;
}

async function revisionOf({ send, name }: Target): Promise<unknown> {
  const query = 'query ($name: String!) { workspace(namespace: "team-a", name: $name) { revision } }';
  return Object((await send(query, { name })).data?.['workspace'])['revision'];
}

function chosen({ imageConfig = 'scipy', podConfig = 'tiny' }: PodTemplatePart) {
  return { imageConfig, podConfig };
}

function volumesIn({ home, data, secrets }: PodTemplatePart) {
  return { ...(home && { home }), ...(data && { data }), ...(secrets && { secrets }) };
}

function optionsIn({ imageConfig, podConfig }: PodTemplatePart) {
  return { ...(imageConfig && { imageConfig }), ...(podConfig && { podConfig }) };
}

function inputOf(part: PodTemplatePart): object {
  const { data, ...volumes } = volumesIn(part);
  const claims = data?.map(({ pvcName, mountPath }) => ({ claimName: pvcName, mountPath }));
  return { volumes: { ...volumes, ...(claims && { data: claims }) }, ...optionsIn(part) };
}

function templateOf(part: PodTemplatePart): object {
  return { volumes: volumesIn(part), options: optionsIn(part) };
}

function wholeSpec(part: PodTemplatePart): object {
  return { kind: 'jupyterlab', podTemplate: { volumes: volumesIn(part), options: chosen(part) } };
}

function operationsOf(part: PodTemplatePart): object[] {
  return [...additionsTo('volumes', volumesIn(part)), ...additionsTo('options', optionsIn(part))];
}

function additionsTo(parent: string, values: object): object[] {
  return Object.entries(values).map(([key, value]) => ({
    op: 'add',
    path: `/spec/podTemplate/${parent}/${key}`,
    value,
  }));
}
