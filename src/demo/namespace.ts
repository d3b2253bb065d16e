import type { KubernetesObject } from '../kubernetes/object.ts';
import { defineResource } from '../kubernetes/resource.ts';

export const Namespaces = defineResource<KubernetesObject>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
});
