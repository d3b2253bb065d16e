import { describe, expect, it } from 'vitest';
import { workspaceKindSpecs } from '../fixtures/workspace-kinds.ts';
import type { WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace, WorkspaceVolumes } from '../workspace.ts';
import { ownedName, podOf as runningPod, podTemplate } from './pod-template.ts';

const metadata = { uid: 'uid', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };

function podOf(name: string, volumes: WorkspaceVolumes = {}, extra: object = {}) {
  const [[kindName, spec] = []] = Object.entries(workspaceKindSpecs);
  if (!spec || kindName === undefined) throw new Error('Expected a kind among the fixtures.');
  const { imageConfig, podConfig } = spec.podTemplate.options;
  const [[image], [size]] = [imageConfig.values, podConfig.values];
  if (!image || !size) throw new Error('Expected options of the kind.');
  const apiVersion = 'kubeflow.org/v1beta1';
  const options = { imageConfig: image.id, podConfig: size.id };
  const workspace: Workspace = {
    apiVersion,
    kind: 'Workspace',
    metadata: { ...metadata, name, namespace: 'team-a' },
    spec: { kind: kindName, podTemplate: { volumes, options } },
  };
  const workspaceKind: WorkspaceKind = {
    apiVersion,
    kind: 'WorkspaceKind',
    metadata: { ...metadata, name: kindName },
    spec: { ...spec, podTemplate: { ...spec.podTemplate, volumeMounts: { home: '/home/jovyan' }, ...extra } },
  };
  const set = { metadata: { name: ownedName(workspace, 'set'), namespace: 'team-a', uid: 'set' } };
  const pod = runningPod(podTemplate(workspace, workspaceKind, { image, podConfig: size }), set, 'worker-1');
  return { pod, workspace, set, image };
}

describe('the pod of a workspace', () => {
  it.each([1, 41, 42, 43, 61, 62, 63])(
    'returns a pod with valid names and labels when the name of the workspace has %i characters',
    (length) => {
      const name = 'n'.repeat(length);
      const { pod, workspace } = podOf(name);
      expect(ownedName(workspace, 'service')).toMatch(/^[a-z](?:[-a-z0-9]{0,60}[a-z0-9])$/u);
      expect(pod.metadata.labels).toMatchObject({ 'notebooks.kubeflow.org/workspace-name': name, statefulset: name });
      const set = pod.metadata.name.replace(/-0$/u, '');
      expect(set).toBe(`ws-${name.slice(0, 42)}-${set.slice(-5)}`);
      expect(set.length).toBeLessThanOrEqual(52);
    },
  );

  it('names the pod with one dash before the suffix when the name of the workspace is cut at a dash', () => {
    expect(podOf(`${'n'.repeat(41)}-more`).pod.metadata.name).toMatch(/^ws-n{41}-[0-9a-f]{5}-0$/u);
  });

  it('mounts the volumes of the workspace first, and leaves out later ones at the same path', () => {
    const volumes = {
      home: 'home',
      data: [
        { pvcName: 'a', mountPath: '/home/jovyan' },
        { pvcName: 'b', mountPath: '/shared', readOnly: true },
      ],
      secrets: [
        { secretName: 's', mountPath: '/shared' },
        { secretName: 't', mountPath: '/token', defaultMode: 256 },
      ],
    };
    const extra = {
      extraVolumes: [{ name: 'shm' }],
      extraVolumeMounts: [
        { name: 'shm', mountPath: '/shared' },
        { name: 'shm', mountPath: '/dev/shm' },
        { name: 'none', mountPath: '/none' },
      ],
    };
    const { spec } = podOf('nb', volumes, extra).pod;
    expect(spec.volumes).toEqual([
      { name: 'home-volume', persistentVolumeClaim: { claimName: 'home' } },
      { name: 'data-volume-1', persistentVolumeClaim: { claimName: 'b', readOnly: true } },
      { name: 'secret-volume-1', secret: { secretName: 't', defaultMode: 256 } },
      { name: 'shm' },
    ]);
    expect(spec.containers[0]?.volumeMounts).toEqual([
      { name: 'home-volume', mountPath: '/home/jovyan' },
      { name: 'data-volume-1', mountPath: '/shared', readOnly: true },
      { name: 'secret-volume-1', mountPath: '/token' },
      { name: 'shm', mountPath: '/dev/shm' },
    ]);
  });
});
