import { anyObject, boolean, listOf, memoizedDecode, object, string, type Decoded } from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const fields = object({ type: string, immutable: boolean, keys: listOf(string) });

/** Secret without its values. Read it with {@link secretFieldsOf}. */
export type SecretObject = KubernetesObject;

export const secretFieldsOf: (secret: SecretObject) => Decoded<typeof fields> = memoizedDecode(fields, {});

/** Prefix of the annotations that are kept. Others may contain tokens of controllers. */
const ANNOTATIONS_KEPT = 'notebooks.kubeflow.org/';

const stored = object({ type: string, immutable: boolean, data: anyObject, keys: listOf(string) });

/** Secrets are read uncached. `trim` drops all values as soon as a response is parsed, and keeps the keys. */
export const Secret = defineResource<SecretObject>({
  kind: 'Secret',
  group: '',
  version: 'v1',
  plural: 'secrets',
  namespaced: true,
  cache: {
    watched: 'never',
    trim: (secret) => {
      const { type, immutable, data = {}, keys = Object.keys(data) } = stored.decode(secret) ?? {};
      const { apiVersion, kind, metadata } = secret;
      const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) =>
        key.startsWith(ANNOTATIONS_KEPT),
      );
      return {
        apiVersion,
        kind,
        metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
        ...(type !== undefined && { type }),
        ...(immutable !== undefined && { immutable }),
        keys,
      };
    },
  },
});
