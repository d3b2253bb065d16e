import { builder, type TypeRef } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { kubernetesType, redacted } from '../../graphql/node.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace, type NamespaceObject } from './resource.ts';

export const NamespaceType = kubernetesType('Namespace', Namespace);
export const NamespaceConnection = liveConnectionTypeOf(NamespaceType);
export const NamespaceEvent = eventTypeOf(NamespaceType);

/**
 * Returns the namespace by name; one with only its name if the viewer may not read it. Its ID is that of the namespace, which
 * needs the uid; without a cached namespace, the name takes its place.
 */
function namespaceNamed(client: ViewerClient, name: string): NamespaceObject {
  const known = client.reader.prefetched(Namespace).get({ name });
  if (known) return known;
  const { version: apiVersion, kind } = Namespace;
  const uid = client.reader.unrestricted.uidOf(Namespace, { name }) ?? name;
  const metadata = { name, uid, resourceVersion: '', creationTimestamp: '' };
  return redacted<NamespaceObject>({ apiVersion, kind, metadata }, (namespace) => namespace);
}

/** Adds `namespace` and `namespaceName` to the type of a namespaced kind. */
export function addNamespaceFields(type: TypeRef<KubernetesObject>): void {
  builder.objectFields(type, (t) => ({
    namespace: t.field({
      type: NamespaceType,
      description: 'Namespace of the object. It has only a name if you may not read it.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    namespaceName: t.string({
      description: 'Name of the namespace of the object.',
      resolve: ({ metadata }) => metadata.namespace ?? '',
    }),
  }));
}
