import { describe, expect, it } from 'vitest';
import type { Cluster } from '../clusters.ts';
import { Kubectl, kubectlMissing } from '../kubectl.ts';
import { TestNamespace } from '../test-namespace.ts';

if (kubectlMissing) console.warn(`kubectl is not held against any cluster: ${kubectlMissing}.`);

export function kubectl(cluster: () => Cluster): void {
  describe.skipIf(kubectlMissing)('on the command line', () => {
    appliedObjects(cluster);
    patchesAndErrors(cluster);
    deletionsAndNames(cluster);
  });
}

function appliedObjects(cluster: () => Cluster): void {
  it('applies objects and reports created, configured and unchanged', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    const apply = async (paused: boolean) =>
      shell.run('apply', '-f', await shell.save(team.manifest('nb', { paused, labels: { app: 'x' } })));
    expect(await apply(false)).toBe('workspace.kubeflow.org/nb created\n');
    expect(await apply(false)).toBe('workspace.kubeflow.org/nb unchanged\n');
    expect(await apply(true)).toBe('workspace.kubeflow.org/nb configured\n');
    expect((await team.api.get(team.pathOf('nb'))).body.spec).toMatchObject({ paused: true });
  });

  it('gets objects as tables, names and single fields', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const get = (...how: readonly string[]) => shell.run('get', 'ws', '-n', team.name, ...how);
    expect(await get()).toMatch(/^NAME\s+STATE\nnb\s+Running\n$/u);
    expect(await get('-o', 'name')).toBe('workspace.kubeflow.org/nb\n');
    expect(await get('nb', '-o', 'jsonpath={.spec.kind}')).toBe('jupyterlab');
    await expect(get('other')).rejects.toThrow(
      'Error from server (NotFound): workspaces.kubeflow.org "other" not found',
    );
  });

  it('prints changes when it watches', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using rows = shell.follow('get', 'ws', '-n', team.name, '--watch', '--no-headers');
    expect(await rows.next()).toMatch(/^nb\s+Running$/u);
    await team.report('nb', 'Error');
    expect(await rows.next()).toMatch(/^nb\s+Error$/u);
  });
}

function patchesAndErrors(cluster: () => Cluster): void {
  it('patches by three types, strategically only built-in kinds', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const patch = (type: string, text: string) =>
      shell.run('patch', 'ws', 'nb', '-n', team.name, `--type=${type}`, '-p', text);
    expect(await patch('merge', '{"spec":{"paused":true}}')).toBe('workspace.kubeflow.org/nb patched\n');
    const start =
      '[{"op":"test","path":"/spec/paused","value":true},{"op":"replace","path":"/spec/paused","value":false}]';
    expect(await patch('json', start)).toBe('workspace.kubeflow.org/nb patched\n');
    await expect(patch('json', start)).rejects.toThrow('The request is invalid');
    await expect(patch('strategic', '{}')).rejects.toThrow('is not supported by kubeflow.org/v1beta1, Kind=Workspace');
    const label = shell.run('patch', 'namespace', team.name, '-p', '{"metadata":{"labels":{"a":"b"}}}');
    expect(await label).toBe(`namespace/${team.name} patched\n`);
  });

  it('prints the causes when the schema rejects an object', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    const bad = await shell.save(team.manifest('nb', { kind: 'A B' }));
    await expect(shell.run('create', '-f', bad)).rejects.toThrow(
      'The Workspace "nb" is invalid: spec.kind: Invalid value: "A B"',
    );
  });
}

function deletionsAndNames(cluster: () => Cluster): void {
  it('deletes an object and waits for its deletion', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    expect(await shell.run('delete', 'ws', 'nb', '-n', team.name)).toContain('workspace.kubeflow.org "nb" deleted');
    expect((await team.api.get(team.pathOf('nb'))).code).toBe(404);
  });

  it('resolves short names of resources', async () => {
    await using shell = await Kubectl.for(cluster().kubeconfig);
    const resources = await shell.run('api-resources', '--api-group=kubeflow.org');
    expect(resources).toMatch(/^workspaces\s+ws\s+kubeflow\.org\/v1beta1\s+true\s+Workspace$/mu);
    expect(resources).toMatch(/^workspacekinds\s+wsk\s+kubeflow\.org\/v1beta1\s+false\s+WorkspaceKind$/mu);
  });
}
