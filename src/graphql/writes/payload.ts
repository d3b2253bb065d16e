import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { builder, type TypeRef } from '../builder.ts';

/** What a write has come to. */
export interface WritePayload {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
}

interface PayloadOptions {
  readonly resource: Resource;
  /** Under which name the object is given. */
  readonly field: string;
  readonly type: TypeRef<KubernetesObject>;
  readonly description: string;
}

/** The answer to a mutation that writes one object: the object, and the warnings. */
export function writePayload<P extends WritePayload = WritePayload>(
  name: string,
  { resource, field, type, description }: PayloadOptions,
) {
  const payload = builder.objectRef<P>(name);
  payload.implement({
    description,
    fields: (t) => ({
      [field]: t.field({
        type,
        nullable: true,
        description:
          'The object, as the API server answered; of a dry run, as it would have become. Null where you may not get it.',
        resolve: async ({ object }, _, { loaders }) => (await loaders.shown(resource, object)) ?? null,
      }),
      warnings: t.stringList({
        description: 'What the API server has to say although it agreed.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });
  return payload;
}
