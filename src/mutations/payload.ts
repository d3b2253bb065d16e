import type { KubernetesObject } from '../kubernetes/object.ts';
import { builder, type TypeRef } from '../graphql/builder.ts';

/** What a write has come to. */
export interface WritePayload {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
}

export interface PayloadOptions {
  /** Under which name the object is given. */
  readonly field: string;
  readonly type: TypeRef<KubernetesObject>;
  readonly description: string;
}

/** The answer to a mutation that writes one object: the object, and the warnings. */
export function writePayload<P extends WritePayload = WritePayload>(
  name: string,
  { field, type, description }: PayloadOptions,
) {
  const payload = builder.objectRef<P>(name);
  payload.implement({
    description,
    fields: (t) => ({
      [field]: t.field({
        type,
        description: 'The object as the API server returned it; after a dry run, as it would have been stored.',
        resolve: ({ object }) => object,
      }),
      warnings: t.stringList({
        description: 'Warnings of the API server.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });
  return payload;
}
