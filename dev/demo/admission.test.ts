import { describe, expect, it } from 'vitest';
import type { AdmissionResult, AdmissionReview } from '../simulator/admission.ts';
import { workspaceAdmission } from './admission.ts';
import { WORKSPACE_KIND_FINALIZER } from './annotations.ts';
import type { WorkspaceKind } from './workspace-kind.ts';
import type { Workspace } from './workspace.ts';
import { jupyterlab } from './fixtures/workspace-kinds.ts';

const metadata = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const apiVersion = 'kubeflow.org/v1beta1';
const workspaceKind: WorkspaceKind = {
  apiVersion,
  kind: 'WorkspaceKind',
  metadata: { ...metadata, name: 'jupyterlab' },
  spec: jupyterlab(),
};
const SCIPY = 'jupyter-scipy:v1.10.0';
const workspace: Workspace = {
  apiVersion,
  kind: 'Workspace',
  metadata: { ...metadata, name: 'nb', namespace: 'team-a' },
  spec: { kind: 'jupyterlab', podTemplate: { volumes: {}, options: { imageConfig: SCIPY, podConfig: 'tiny_cpu' } } },
};
const stored: Pick<AdmissionReview, 'get' | 'list'> = {
  get: (_, what, name) => (what === 'WorkspaceKind' && name === 'jupyterlab' ? workspaceKind : undefined),
  list: () => [workspace],
};
const OPTIONS = 'spec.podTemplate.options';
const [IMAGES, PODS] = [`${OPTIONS}.imageConfig.values`, `${OPTIONS}.podConfig.values`];

describe('admission of a Workspace', () => {
  it.each([
    ['spec.kind', 'x', 'spec.kind', 'Invalid value: "x": workspace kind "x" not found'],
    [
      `${OPTIONS}.imageConfig`,
      'x',
      `${OPTIONS}.imageConfig`,
      'imageConfig with id "x" not found in workspace kind "jupyterlab"',
    ],
    [
      `${OPTIONS}.podConfig`,
      'x',
      `${OPTIONS}.podConfig`,
      'podConfig with id "x" not found in workspace kind "jupyterlab"',
    ],
    [
      'spec.podTemplate.podMetadata',
      { labels: { a: '-' } },
      'spec.podTemplate.podMetadata.labels',
      'a valid label must',
    ],
    [
      'spec.podTemplate.podMetadata',
      { annotations: { 'a b': '' } },
      'spec.podTemplate.podMetadata.annotations',
      'name part must',
    ],
  ])('denies a Workspace with %s = %j', (path, value, field, message) => {
    expect(causesOf(review({ operation: 'CREATE', object: changed(workspace, path, value) }))).toContainEqual(
      cause(field, message),
    );
  });

  it('allows an update of a Workspace whose WorkspaceKind is missing when its options stay the same', () => {
    const orphaned = changed(workspace, 'spec.kind', 'gone');
    expect(
      review({ operation: 'UPDATE', oldObject: orphaned, object: changed(orphaned, 'spec.paused', true) }),
    ).toEqual([]);
    const edited = changed(orphaned, `${OPTIONS}.podConfig`, 'small_cpu');
    expect(causesOf(review({ operation: 'UPDATE', oldObject: orphaned, object: edited }))).toContainEqual(
      cause('spec.kind', 'not found'),
    );
  });

  it('allows deleting a Workspace and updating its status without validation', () => {
    expect(review({ operation: 'DELETE', oldObject: workspace })).toEqual([]);
    const object = changed(workspace, 'spec.kind', 'gone');
    expect(review({ operation: 'UPDATE', subresource: 'status', object })).toEqual([]);
  });
});

describe('admission of a WorkspaceKind', () => {
  it.each([
    [
      `${IMAGES}.2.spec.image`,
      'other',
      `${IMAGES}[${SCIPY}]`,
      `imageConfig value "${SCIPY}" is in use and cannot be changed`,
    ],
    [
      PODS,
      jupyterlab().podTemplate.options.podConfig.values.slice(1),
      `${PODS}[tiny_cpu]`,
      'podConfig value "tiny_cpu" is in use and cannot be removed',
    ],
  ])('denies a change of %s when a Workspace uses the option', (path, value, field, message) => {
    expect(
      causesOf(review({ operation: 'UPDATE', oldObject: workspaceKind, object: changed(workspaceKind, path, value) })),
    ).toContainEqual(cause(field, message));
  });

  it('allows changing the spawner text and redirect of an option in use', () => {
    const described = changed(workspaceKind, `${IMAGES}.2.spawner.hidden`, true);
    const object = changed(described, `${PODS}.0.redirect`, { to: 'small_cpu' });
    expect(review({ operation: 'UPDATE', oldObject: workspaceKind, object })).toEqual([{ warnings: [] }]);
  });

  it('allows writing the quantities of an option in use in another way, but not changing them', () => {
    const sized = (cpu: unknown) => changed(workspaceKind, `${PODS}.0.spec.resources`, { requests: { cpu } });
    const rewritten = review({ operation: 'UPDATE', oldObject: sized('4000m'), object: sized(4) });
    expect(rewritten).toEqual([{ warnings: [] }]);
    const shrunk = review({ operation: 'UPDATE', oldObject: sized('4000m'), object: sized('3') });
    expect(causesOf(shrunk)).toContainEqual(cause(`${PODS}[tiny_cpu]`, 'is in use and cannot be changed'));
  });

  it('denies annotations of a pod that are too large, with the name of the webhook', () => {
    const annotations = { a: 'x'.repeat(256 * 1024) };
    const path = 'spec.podTemplate.podMetadata';
    const denied = review({
      operation: 'UPDATE',
      oldObject: workspaceKind,
      object: changed(workspaceKind, path, { annotations }),
    });
    const field = `${path}.annotations`;
    const message = 'Too long: may not be more than 262144 bytes';
    const causes = [{ reason: 'FieldValueTooLong', field, message }];
    expect(denied).toEqual([{ deny: { webhook: 'vworkspacekind.kb.io', causes } }]);
  });

  it('warns when an activity rule may pause a Workspace before it is probed twice', () => {
    const slow = changed(workspaceKind, 'spec.podTemplate.activityProbe.probeIntervalSeconds', 3_600);
    const object = changed(slow, 'spec.activityRules.0.config.secondsSinceActive', 7_199);
    const warning = expect.stringContaining(
      'secondsSinceActive (7199) is less than twice the probeIntervalSeconds (3600)',
    );
    expect(review({ operation: 'CREATE', object })).toEqual([{ warnings: [warning] }]);
  });

  it.each([
    [
      'its status counts Workspaces',
      changed(workspaceKind, 'status', { workspaces: 2 }),
      'WorkspaceKind is used by 2 workspace(s)',
    ],
    [
      'it has the protection finalizer',
      changed(workspaceKind, 'metadata.finalizers', [WORKSPACE_KIND_FINALIZER]),
      'WorkspaceKind has protection finalizer',
    ],
  ])('denies deleting a WorkspaceKind when %s', (_, oldObject, message) => {
    const denial = { code: 409, causes: [{ message: expect.stringContaining(message) }] };
    expect(review({ operation: 'DELETE', oldObject })).toMatchObject([{ deny: denial }]);
  });

  it('allows deleting a WorkspaceKind when no Workspace uses it', () => {
    expect(review({ operation: 'DELETE', oldObject: workspaceKind })).toEqual([]);
  });
});

function review(
  request: Pick<AdmissionReview, 'operation'> & { readonly [field: string]: unknown },
): AdmissionResult[] {
  const resource = { group: 'kubeflow.org', version: 'v1beta1', resource: '' };
  return workspaceAdmission.flatMap((hook) => hook({ resource, dryRun: false, ...stored, ...request }) ?? []);
}

function causesOf(results: readonly AdmissionResult[]) {
  return results.flatMap(({ deny }) => deny?.causes ?? []);
}

function cause(field: string, message: string): unknown {
  return expect.objectContaining({ field, message: expect.stringContaining(message) });
}

/** Returns a copy with another value at a path such as `spec.ports.0`. */
function changed<T extends object>(object: T, path: string, value: unknown): T {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<object>(
    (at, key) => Object.getOwnPropertyDescriptor(at, key)?.value ?? Object.assign(at, { [key]: {} })[key],
    copy,
  );
  Object.assign(parent, { [last]: value });
  return copy;
}
