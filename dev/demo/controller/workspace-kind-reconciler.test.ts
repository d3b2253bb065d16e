import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { WORKSPACE_KIND_FINALIZER } from '../annotations.ts';
import { jupyterlab } from '../fixtures/workspace-kinds.ts';
import type { Picture, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { calculateWorkspaceKindStatus } from './workspace-kind-reconciler.ts';

const meta = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const configMap = {
  name: 'pictures',
  namespace: 'kubeflow-system',
  key: 'icon.svg',
  mediaType: 'image/svg+xml',
} as const;
const pictures = (_: string, name: string) => (name === 'pictures' ? { data: { 'icon.svg': '<svg/>' } } : undefined);

it('counts workspaces by the options in their spec, in the order of the options of the kind', () => {
  const workspaces = [workspace('tiny_cpu'), workspace('big_gpu'), workspace('big_gpu'), workspace('not there')];
  const { status } = calculateWorkspaceKindStatus({ workspaceKind: workspaceKindOf({}), workspaces, pictures });
  expect(status.workspaces).toBe(4);
  expect(status.podTemplateOptions.podConfig).toEqual([
    { id: 'tiny_cpu', workspaces: 1 },
    { id: 'small_cpu', workspaces: 0 },
    { id: 'big_gpu', workspaces: 2 },
  ]);
});

it.each([
  ['adds the finalizer when workspaces use the kind', {}, 1, [WORKSPACE_KIND_FINALIZER]],
  [
    'removes the finalizer when no workspace uses the kind any more',
    { finalizers: ['other', WORKSPACE_KIND_FINALIZER] },
    0,
    ['other'],
  ],
  [
    'keeps the finalizer while the kind is being deleted and in use',
    { finalizers: [WORKSPACE_KIND_FINALIZER], deletionTimestamp: 'now' },
    1,
    [WORKSPACE_KIND_FINALIZER],
  ],
  [
    'does not add the finalizer while the kind is being deleted',
    { finalizers: ['other'], deletionTimestamp: 'now' },
    1,
    ['other'],
  ],
])('%s', (_, metadata, uses, finalizers) => {
  const workspaces = Array.from({ length: uses }, () => workspace('tiny_cpu'));
  expect(
    calculateWorkspaceKindStatus({ workspaceKind: workspaceKindOf(metadata), workspaces, pictures }).finalizers,
  ).toEqual(finalizers);
});

it.each<[string, Picture, object]>([
  ['no hash for a URL', { url: 'https://example.com/icon.png' }, {}],
  [
    'the hash of a picture in a ConfigMap',
    { configMap },
    { sha256: createHash('sha256').update('<svg/>').digest('hex') },
  ],
  [
    'an error for a missing ConfigMap',
    { configMap: { ...configMap, name: 'x' } },
    { configMap: { errorType: 'NotFound' } },
  ],
  [
    'an error for a missing key',
    { configMap: { ...configMap, key: 'x' } },
    { configMap: { errorType: 'KeyNotFound' } },
  ],
])('reports %s', (_, icon, expected) => {
  const { status } = calculateWorkspaceKindStatus({
    workspaceKind: workspaceKindOf({}, icon),
    workspaces: [],
    pictures,
  });
  expect(status.spawnerIcon).toMatchObject(expected);
});

function workspaceKindOf(metadata: object, icon?: Picture): WorkspaceKind {
  const spec = jupyterlab();
  const spawner = { ...spec.spawner, ...(icon ? { icon } : {}) };
  const named = { ...meta, name: 'jupyterlab', ...metadata };
  return { apiVersion: 'kubeflow.org/v1beta1', kind: 'WorkspaceKind', metadata: named, spec: { ...spec, spawner } };
}

function workspace(podConfig: string): Workspace {
  const spec = {
    kind: 'jupyterlab',
    podTemplate: { volumes: {}, options: { imageConfig: 'jupyter-scipy:v1.10.0', podConfig } },
  };
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { ...meta, name: 'nb', namespace: 'team-a' },
    spec,
  };
}
