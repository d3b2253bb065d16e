import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { Workspace } from '../workspace/resource.ts';

export interface NamespaceObject extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

export const Namespace = defineResource<NamespaceObject>({
  kind: 'Namespace',
  group: '',
  version: 'v1',
  plural: 'namespaces',
  namespaced: false,
  access: {
    // Viewers who may list the workspaces of a namespace may know that it exists.
    redacted: {
      verbs: ['list'],
      on: Workspace,
      where: 'namespace-of-that-name',
      redact: ({ apiVersion, kind, metadata: { name, uid, resourceVersion } }) => ({
        apiVersion,
        kind,
        metadata: { name, uid, resourceVersion, creationTimestamp: '' },
      }),
      // Filter rules apply to all viewers.
      derivedFrom: ({ metadata: { labels } }) => labels,
    },
  },
});
