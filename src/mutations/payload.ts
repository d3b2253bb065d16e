import type { KubernetesObject } from '../kubernetes/object.ts';
import { builder, type TypeRef } from '../graphql/builder.ts';

/** Result of a write. */
export interface WritePayload {
  readonly object: KubernetesObject;
  readonly warnings: readonly string[];
}

export interface PayloadOptions {
  /** Name of the field with the object. */
  readonly field: string;
  readonly type: TypeRef<KubernetesObject>;
  /** `Result of createSecret.` for `CreateSecretPayload` if absent. */
  readonly description?: string;
}

/** Returns the description of the payload of one mutation. */
export function resultOf(payload: string): string {
  const mutation = payload.replace(/Payload$/u, '');
  return `Result of ${mutation.charAt(0).toLowerCase()}${mutation.slice(1)}.`;
}

/** Defines the payload of a mutation that writes one object: the object and warnings. */
export function writePayload<P extends WritePayload = WritePayload>(
  name: string,
  { field, type, description = resultOf(name) }: PayloadOptions,
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
