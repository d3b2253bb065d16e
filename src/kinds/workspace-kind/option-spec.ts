import { builder } from '../../graphql/builder.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { amountsOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import {
  anyObject,
  int,
  listOf,
  memoizedDecode,
  object,
  quantity,
  record,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';

const imageSpec = object({
  image: string,
  imagePullPolicy: string,
  ports: listOf(object({ id: string, port: int, displayName: string })),
});
const podSpec = object({
  resources: object({ requests: record(quantity), limits: record(quantity) }),
  nodeSelector: record(string),
  tolerations: listOf(anyObject),
  affinity: anyObject,
});

type ImageSpec = Decoded<typeof imageSpec>;
type PodSpec = Decoded<typeof podSpec>;

/** Returns the `spec` of an imageConfig option. */
export const imageSpecOf: (spec: unknown) => ImageSpec = memoizedDecode(imageSpec, {});
/** Returns the `spec` of a podConfig option. */
export const podSpecOf: (spec: unknown) => PodSpec = memoizedDecode(podSpec, {});

const ImagePort = builder.objectRef<NonNullable<ImageSpec['ports']>[number]>('ImagePort').implement({
  description: 'Port of an image.',
  fields: (t) => ({
    portId: t.id({
      description: 'ID of the port, unique in its image. It refers to a port of the WorkspaceKind.',
      resolve: ({ id }) => id ?? '',
    }),
    port: t.int({ description: 'TCP port on which the container listens.', resolve: ({ port }) => port ?? 0 }),
    displayName: t.string({
      nullable: true,
      description: 'Display name for this image. Null for that of the port of the WorkspaceKind.',
      resolve: ({ displayName }) => displayName || null,
    }),
  }),
});

export const ImageConfigSpec = builder.objectRef<ImageSpec>('ImageConfigSpec').implement({
  description: 'Additions of an imageConfig option to the pod of a workspace.',
  fields: (t) => ({
    image: t.string({ description: 'Container image.', resolve: ({ image }) => image ?? '' }),
    imagePullPolicy: t.string({
      nullable: true,
      description: '`Always`, `IfNotPresent` or `Never`. Null for the default of Kubernetes.',
      resolve: ({ imagePullPolicy }) => imagePullPolicy || null,
    }),
    ports: t.field({
      type: [ImagePort],
      description: 'Ports of the image.',
      resolve: ({ ports }) => [...(ports ?? [])],
    }),
  }),
});

export const PodConfigSpec = builder.objectRef<PodSpec>('PodConfigSpec').implement({
  description: 'Additions of a podConfig option to the pod of a workspace.',
  fields: (t) => ({
    requests: t.field({
      type: [ResourceAmountType],
      description: 'Requested resources, sorted by resource.',
      resolve: ({ resources }) => amountsOf(resources?.requests),
    }),
    limits: t.field({
      type: [ResourceAmountType],
      description: 'Limits of resources, sorted by resource.',
      resolve: ({ resources }) => amountsOf(resources?.limits),
    }),
    nodeSelector: t.field({
      type: [KeyValueType],
      description: 'Labels that a node must have.',
      resolve: ({ nodeSelector }) => entriesOf(nodeSelector),
    }),
    tolerations: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Tolerations of the pod, as in its manifest. Null if there are none.',
      resolve: ({ tolerations }) => tolerations ?? null,
    }),
    affinity: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Affinity of the pod, as in its manifest. Null if there is none.',
      resolve: ({ affinity }) => affinity ?? null,
    }),
  }),
});
