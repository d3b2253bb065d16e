import { afterAll, beforeAll, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startGatewayFor, startTestGateway, type SimulatedGateway, type TestGateway } from '../support/test-gateway.ts';

let first: SimulatedGateway;
let other: TestGateway;

// No change reaches either gateway by a watch: each knows its own writes only.
beforeAll(async () => {
  const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('replaced', { state: 'Running' })];
  first = await startTestGateway({
    objects: [
      ...objects,
      workspace('running', { state: 'Running' }),
      workspace('paused', { state: 'Paused', paused: true }),
    ],
  });
  other = await startGatewayFor(first.cluster.kubeconfig);
  // They read kinds that are watched on demand, whose lists would stall, too.
  await mutate(first, newWorkspace('unused', 'dryRun: true'), 'warnings');
  const paused = 'namespace: "team-a", name: "paused"';
  await mutate(other, `startWorkspace(input: { ${paused}, dryRun: true })`, 'warnings');
  first.cluster.faults.stall();
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await first[Symbol.asyncDispose]();
});

/** Sends a mutation. Returns its payload. */
async function mutate(
  gateway: TestGateway,
  field: string,
  selection: string,
): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await gateway.query(`mutation { payload: ${field} { ${selection} } }`);
  expect(errors).toBeUndefined();
  return data?.['payload'] as Readonly<Record<string, unknown>>;
}

function newWorkspace(name: string, more = ''): string {
  const input = `namespace: "team-a", name: "${name}", kind: "jupyterlab", imageConfig: "scipy-2", podConfig: "tiny"`;
  return `createWorkspace(input: { ${input} ${more} })`;
}

function create(name: string) {
  return mutate(first, newWorkspace(name), 'workspace { revision }');
}

/** Returns the spec of a workspace in the cluster. Undefined if it does not exist. */
function storedSpec(name: string): unknown {
  const stored = first.cluster.get('kubeflow.org/v1beta1', 'Workspace', name, 'team-a');
  return (stored as { readonly spec?: unknown } | undefined)?.spec;
}

it.each([
  ['pauseWorkspace', 'pauseWorkspace(input: { AT })', expect.objectContaining({ paused: true })],
  [
    'pauseWorkspaces',
    'pauseWorkspaces(input: { namespace: "team-a", names: ["new-pauseworkspaces"] })',
    expect.objectContaining({ paused: true }),
  ],
  ['restartWorkspace', 'restartWorkspace(input: { AT, timeoutSeconds: 0 })', expect.objectContaining({ paused: true })],
  [
    'patchWorkspace',
    'patchWorkspace(input: { AT, type: MERGE, patch: { spec: { displayName: "B" } } })',
    expect.objectContaining({ displayName: 'B' }),
  ],
  [
    'updateWorkspace',
    'updateWorkspace(input: { AT, revision: "REVISION", displayName: "B" })',
    expect.objectContaining({ displayName: 'B' }),
  ],
  ['deleteWorkspace', 'deleteWorkspace(input: { AT })', undefined],
])('changes a workspace that another replica has just created, with %s', async (mutation, field, expected) => {
  const name = `new-${mutation.toLowerCase()}`;
  const { workspace: created } = await create(name);
  const { revision } = created as { readonly revision: string };
  const at = `namespace: "team-a", name: "${name}"`;
  await mutate(other, field.replace('AT', at).replace('REVISION', revision), 'warnings');
  expect(storedSpec(name)).toEqual(expected);
});

it('starts a workspace that another replica has just paused', async () => {
  const at = 'namespace: "team-a", name: "running"';
  await mutate(first, `pauseWorkspace(input: { ${at} })`, 'warnings');
  first.cluster.apply(workspace('running', { state: 'Paused', paused: true }));
  const payload = await mutate(other, `startWorkspace(input: { ${at} })`, 'workspace { paused }');
  expect(payload).toEqual({ workspace: { paused: false } });
  expect(storedSpec('running')).toMatchObject({ paused: false });
});

it('pauses and deletes a workspace that another replica has just replaced', async () => {
  const at = 'namespace: "team-a", name: "replaced"';
  await mutate(first, `deleteWorkspace(input: { ${at} })`, 'warnings');
  await create('replaced');
  await mutate(other, `pauseWorkspace(input: { ${at} })`, 'warnings');
  expect(storedSpec('replaced')).toMatchObject({ paused: true });
  await mutate(other, `deleteWorkspace(input: { ${at} })`, 'warnings');
  expect(storedSpec('replaced')).toBeUndefined();
});

it('returns a WorkspaceKind that another replica has just created when it deletes it', async () => {
  const manifest = JSON.stringify(JSON.stringify(workspaceKind('created')));
  await mutate(first, `createWorkspaceKind(input: { manifest: ${manifest} })`, 'warnings');
  const payload = await mutate(other, 'deleteWorkspaceKind(input: { name: "created" })', 'workspaceKind { name }');
  expect(payload).toEqual({ workspaceKind: { name: 'created' } });
});
