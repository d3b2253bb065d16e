import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

export interface NamespaceObject extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

export const Namespace = defineResource<NamespaceObject>({
  kind: 'Namespace',
  group: '',
  version: 'v1',
  plural: 'namespaces',
  namespaced: false,
});
