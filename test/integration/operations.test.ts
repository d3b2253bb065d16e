import { globSync, readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoUsers } from '../../dev/demo/users.ts';
import { startDemo, type Demo } from '../../dev/demo/demo.ts';
import {
  AnnotateDevPodWorkspaceDocument,
  ClaimStorageDocument,
  CreateDevPodWorkspaceDocument,
  DeleteDevPodWorkspaceDocument,
  DevPodWorkspacesDocument,
  LastLinesDocument,
  PatchDevPodWorkspaceDocument,
  PatchVolcanoJobDocument,
  PauseWorkspaceDocument,
  RestartWorkspaceDocument,
  ReplaceDevPodWorkspaceDocument,
  ResumeVolcanoJobDocument,
  SecretsDocument,
  StartWorkspaceDocument,
  SuspendVolcanoJobDocument,
  StorageDocument,
  TroublesDocument,
  UpdateSecretDocument,
  VolcanoJobsDocument,
  WhyItDoesNotRunDocument,
} from '../__generated__/graphql.ts';
import { waitFor } from '../support/wait-for.ts';
import { postOperation } from '../support/post-operation.ts';

let demo: Demo;
beforeAll(async () => void (demo = await startDemo({ port: 0 })));
afterAll(async () => demo[Symbol.asyncDispose]());

async function send<D, V>(document: TypedDocumentNode<D, V>, variables: V): Promise<D> {
  const headers = {
    accept: 'application/graphql-response+json, text/event-stream',
    authorization: `Bearer ${demoUsers[0].token}`,
  };
  const response = await postOperation(demo.url, print(document), { headers, variables });
  const { data, errors } = (await response.json()) as { data: D; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

const examples = globSync('schema/operations/*.graphql').map((file) => ({ file, text: readFileSync(file, 'utf8') }));

it.each(examples.filter(({ text }) => text.includes('\nquery ')))(
  'returns data without errors in the demo when the query of $file is sent',
  async ({ file, text }) => {
    const variables: unknown = JSON.parse(variablesOf(file));
    const data = await send(parse(text) as TypedDocumentNode<Record<string, object>, unknown>, variables);
    expect(Object.values(data).every((value) => value !== null)).toBe(true);
  },
);

it('pauses and starts a workspace of the demo when the examples are sent', async () => {
  const at = { namespace: 'team-research', name: 'fraud-model' };
  const { pauseWorkspace } = await send(PauseWorkspaceDocument, at);
  expect([pauseWorkspace?.stateReached, pauseWorkspace?.workspace.state]).toEqual([true, 'PAUSED']);
  const { startWorkspace } = await send(StartWorkspaceDocument, at);
  expect([startWorkspace?.stateReached, startWorkspace?.workspace.state]).toEqual([true, 'RUNNING']);
  const { restartWorkspace } = await send(RestartWorkspaceDocument, at);
  expect(restartWorkspace).toMatchObject({ stateReached: true, warnings: [], workspace: { stateHint: null } });
}, 60_000);

it('returns failing and redirected workspaces of the demo', async () => {
  const { failing, redirected } = await send(TroublesDocument, {});
  expect(failing.nodes.length).toBeGreaterThan(2);
  expect(redirected.nodes[0]?.imageConfig.redirectChain.length).toBeGreaterThan(0);
});

/** Sends an example with the variables of its JSON file, some of them replaced. */
async function sendExample<D, V>(
  document: TypedDocumentNode<D, V>,
  name: string,
  changed: Partial<V> = {},
): Promise<D> {
  const given: V = JSON.parse(variablesOf(`schema/operations/${name}.graphql`));
  return send(document, { ...given, ...changed });
}

it('returns the reason why a workspace of the demo does not run, and its log', async () => {
  const { workspace } = await sendExample(WhyItDoesNotRunDocument, '30-why-it-does-not-run');
  expect(workspace?.pod?.containerStatuses[0]?.lastTermination?.exitCode).toBeGreaterThan(0);
  expect(workspace?.events.map(({ reason }) => reason)).toContain('BackOff');
  const { workspaceLogs } = await sendExample(LastLinesDocument, '31-last-lines');
  expect(workspaceLogs.length).toBeGreaterThan(0);
});

it('reads and changes storage and secrets of the demo when the examples are sent', async () => {
  const { persistentVolumeClaims, storageClasses } = await sendExample(StorageDocument, '33-storage');
  expect(persistentVolumeClaims.nodes.some(({ workspaces, pods }) => workspaces.length > 0 && pods.length > 0)).toBe(
    true,
  );
  expect(storageClasses.nodes.length).toBeGreaterThan(1);
  const { createPersistentVolumeClaim } = await sendExample(ClaimStorageDocument, '34-claim-storage');
  expect(createPersistentVolumeClaim?.persistentVolumeClaim.canMount).toBe(true);
  const { secrets } = await sendExample(SecretsDocument, '36-secrets');
  expect(secrets.nodes.flatMap(({ contents }) => contents?.keys ?? [])).toContain('password');
  expect(secrets.nodes.some(({ workspaces }) => workspaces.length > 0)).toBe(true);
  const { updateSecret } = await sendExample(UpdateSecretDocument, '38-update-secret');
  expect(updateSecret?.secret.contents?.keys).toEqual(['password', 'username']);
});

it('creates, annotates, patches, replaces and deletes DevPod workspaces of the demo when the examples are sent', async () => {
  await sendExample(AnnotateDevPodWorkspaceDocument, '23-annotate-devpod-workspace');
  const { patchDevPodWorkspaceInstance } = await sendExample(PatchDevPodWorkspaceDocument, '24-patch-devpod-workspace');
  const template = patchDevPodWorkspaceInstance?.devPodWorkspaceInstance.template;
  expect(template?.workspaceEnv).toContainEqual({ name: 'PAGER', value: '***' });
  const { createDevPodWorkspaceInstance } = await sendExample(
    CreateDevPodWorkspaceDocument,
    '22-create-devpod-workspace',
  );
  const name = createDevPodWorkspaceInstance?.devPodWorkspaceInstance.name ?? '';
  const manifest = {
    metadata: { resourceVersion: await versionWhenReady(name) },
    spec: { description: 'Replaced as a whole' },
  };
  const replaced = await sendExample(ReplaceDevPodWorkspaceDocument, '25-replace-devpod-workspace', { manifest });
  expect(replaced.replaceDevPodWorkspaceInstance?.devPodWorkspaceInstance.description).toBe('Replaced as a whole');
  await sendExample(DeleteDevPodWorkspaceDocument, '26-delete-devpod-workspace');
  const { devPodWorkspaceInstances } = await send(DevPodWorkspacesDocument, {});
  expect(devPodWorkspaceInstances.nodes.map((node) => node.name)).not.toContain(name);
});

/** Waits until DevPod's controller has written its last change. A dry run sees that earlier than the list, which is polled. */
async function versionWhenReady(name: string): Promise<unknown> {
  interface DryRunResult {
    readonly seen: {
      readonly object: { readonly phase: string | null; readonly metadata: { readonly resourceVersion: string } };
    };
  }
  const document = parse(
    'mutation ($name: String!) { seen: patchDevPodWorkspaceInstance(input: { namespace: "team-research", name: $name, type: MERGE, patch: {}, dryRun: true }) { object: devPodWorkspaceInstance { phase metadata { resourceVersion } } } }',
  ) as TypedDocumentNode<DryRunResult, { name: string }>;
  let last = (await send(document, { name })).seen.object;
  await waitFor(
    async () => (last = (await send(document, { name })).seen.object).phase === 'Ready',
    'the workspace is ready',
  );
  return last.metadata.resourceVersion;
}

it('patches, suspends and resumes Volcano jobs of the demo when the examples are sent', async () => {
  const { patchVolcanoJob } = await sendExample(PatchVolcanoJobDocument, '29a-patch-volcano-job');
  expect(patchVolcanoJob?.volcanoJob.metadata.labels).toEqual([{ key: 'app', value: 'patchlabel' }]);
  await sendExample(SuspendVolcanoJobDocument, '29b-suspend-volcano-job');
  await waitFor(async () => (await phaseOfTraining()) === 'Aborted', 'the job is suspended');
  await sendExample(ResumeVolcanoJobDocument, '29c-resume-volcano-job');
  await waitFor(async () => (await phaseOfTraining()) === 'Running', 'the job is running');
}, 60_000);

async function phaseOfTraining(): Promise<string | null | undefined> {
  const { volcanoJobs } = await send(VolcanoJobsDocument, {});
  return volcanoJobs.nodes.find(({ name }) => name === 'detector-training')?.phase;
}

function variablesOf(file: string): string {
  try {
    return readFileSync(file.replace(/\.graphql$/u, '.json'), 'utf8');
  } catch {
    return '{}'; // the example has no variables
  }
}
