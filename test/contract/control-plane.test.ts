import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { clusterFixtures } from '../../dev/demo/fixtures.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../support/control-plane.ts';

/** Folder with definitions and samples published by the Kubeflow project; not part of this project. */
const PUBLISHED = path.resolve(import.meta.dirname, '../../../shared/data/kubeflow-v2.0.0-beta.0');
const isPublishedHere = existsSync(PUBLISHED);
/** Ends a kubectl that hangs. */
const KUBECTL_TIMEOUT_MS = 50_000;
if (controlPlaneMissing) console.warn(`The control plane is not tested: ${controlPlaneMissing}.`);
else if (!isPublishedHere) console.warn(`The published manifests are not tested: ${PUBLISHED} does not exist.`);

describe.skipIf(controlPlaneMissing)('a control plane of our own', () => {
  let cluster: ControlPlane;

  beforeAll(async () => {
    cluster = await startControlPlane();
    await writeFile(path.join(cluster.dataDirectory, 'kubeconfig'), cluster.kubeconfig);
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  async function kubectl(...args: readonly string[]): Promise<string> {
    const binary = path.join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'kubectl');
    const kubeconfig = path.join(cluster.dataDirectory, 'kubeconfig');
    const own = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${path.join(cluster.dataDirectory, 'kubectl-cache')}`];
    const { stdout } = await promisify(execFile)(binary, [...own, ...args], { timeout: KUBECTL_TIMEOUT_MS });
    return stdout;
  }

  async function fileOf(...objects: readonly object[]): Promise<string> {
    const file = path.join(cluster.dataDirectory, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    return file;
  }

  async function create(...files: readonly string[]): Promise<void> {
    await kubectl('create', ...files.map((file) => `--filename=${file}`));
  }

  /** Replaces the definitions with these, and waits until they are served. */
  async function define(...files: readonly string[]): Promise<void> {
    const names = ['crd/workspaces.kubeflow.org', 'crd/workspacekinds.kubeflow.org'];
    await kubectl('delete', ...names, '--ignore-not-found');
    await create(...files);
    await kubectl('wait', '--for=condition=Established', '--timeout=20s', ...names);
    await kubectl('get', 'workspaces,workspacekinds', '--all-namespaces');
  }

  async function specs(): Promise<unknown> {
    const { items } = JSON.parse(await kubectl('get', 'wsk,ws', '-o', 'json'));
    return items.map((item: { readonly spec: unknown }) => item.spec);
  }

  it.skipIf(!isPublishedHere)('takes the published samples by our definitions, nothing pruned', async () => {
    const samples = ['jupyterlab_v1beta1_workspacekind.yaml', 'jupyterlab_v1beta1_workspace.yaml'];
    await define(...['workspaces', 'workspacekinds'].map((name) => path.join(PUBLISHED, `kubeflow.org_${name}.yaml`)));
    await create(...samples.map((name) => path.join(PUBLISHED, name)));
    const byPublished = await specs();
    await define(await fileOf(workspaceCrd, workspaceKindCrd));
    await create(...samples.map((name) => path.join(PUBLISHED, name)));
    expect(await specs()).toEqual(byPublished);
  });

  it('accepts every object of the demo', async () => {
    const objects = clusterFixtures(new Date());
    await define(await fileOf(...objects.filter(isDefinition)));
    await create(await fileOf(...objects.filter((object) => !isDefinition(object))));
    const named = await kubectl('get', 'ws,wsk,pods', '--all-namespaces', '-o', 'name');
    expect(named.trim().split('\n')).toHaveLength(objects.filter(({ kind }) => /^Workspace|^Pod$/u.test(kind)).length);
    await kubectl(
      'patch',
      'wsk',
      'jupyterlab',
      'codeserver',
      'rstudio',
      '--type=merge',
      '-p',
      '{"metadata":{"finalizers":null}}',
    );
  });

  it('keeps stored objects when the API server is killed and restarted', async () => {
    await kubectl('create', 'configmap', 'kept');
    await cluster.restartApiServer();
    expect(await kubectl('get', 'configmap', 'kept', '-o', 'name')).toBe('configmap/kept\n');
  });

  it('sends nothing while the API server is paused', async () => {
    cluster.pauseApiServer();
    const silent = kubectl('get', 'namespaces', '--request-timeout=500ms');
    await expect(silent).rejects.toThrow(/timeout|deadline/iu);
    cluster.resumeApiServer();
    expect(await kubectl('get', 'namespaces')).toContain('default');
  });

  it('returns 410 for old versions when the history is compacted', async () => {
    const before = await kubectl('create', 'configmap', 'early', '-o', 'jsonpath={.metadata.resourceVersion}');
    await kubectl('create', 'configmap', 'late');
    await cluster.compact();
    await cluster.restartApiServer();
    const watch = `/api/v1/namespaces/default/configmaps?watch=true&timeoutSeconds=1&resourceVersion=${before}`;
    expect(await kubectl('get', '--raw', watch)).toContain('"code":410');
  });
});

function isDefinition({ kind }: { readonly kind: string }): boolean {
  return kind === 'CustomResourceDefinition';
}
