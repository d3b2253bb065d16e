import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { ApiObject } from './api-object.ts';
import type { ServedResource } from './served-resource.ts';
import { conflictError, forbiddenError, invalidError, ApiStatusError, type Cause } from './status.ts';

/** Validating webhook in code: called before a write is stored. */
export type AdmissionHook = (review: AdmissionReview) => AdmissionResult | void;

/** Write under review, and read access to the stored objects. */
export interface AdmissionReview extends ObjectReader {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Absent in a deletion. */
  readonly object?: ReviewedObject | undefined;
  /** Absent in a creation. */
  readonly oldObject?: ReviewedObject | undefined;
  readonly dryRun: boolean;
}

/** Object under review. The types of fields beyond the metadata are not checked. */
interface ReviewedObject extends KubernetesObject {
  readonly [field: string]: unknown;
}

/** Reads stored objects. `namespace` defaults to `default` in `get` and to all namespaces in `list`. */
export interface ObjectReader {
  readonly get: (apiVersion: string, kind: string, name: string, namespace?: string) => KubernetesObject | undefined;
  readonly list: (apiVersion: string, kind: string, namespace?: string) => readonly KubernetesObject[];
}

/** Result of an admission hook. No result allows the write. */
export interface AdmissionResult {
  readonly warnings?: readonly string[] | undefined;
  readonly deny?: Denial | undefined;
}

interface Denial {
  readonly message?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  /** Name of the webhook, with which an API server begins the message of a denial. Default: no such beginning. */
  readonly webhook?: string | undefined;
  /** Status code, by default 422. With 400 the Status has only the message, like that of a webhook without a reason. */
  readonly code?: 422 | 400 | 403 | 409 | undefined;
}

interface Write {
  readonly operation: AdmissionReview['operation'];
  readonly resource: ServedResource;
  readonly subresource?: string | undefined;
  readonly object?: ApiObject | undefined;
  readonly oldObject?: ApiObject | undefined;
  readonly dryRun: boolean;
}

/**
 * Calls every admission hook in order and returns their warnings.
 * @throws {ApiStatusError} with the first denial
 */
export function admit(hooks: readonly AdmissionHook[], access: ObjectReader, write: Write): readonly string[] {
  const { resource, ...rest } = write;
  const { name, namespace } = (write.object ?? write.oldObject)?.metadata ?? {};
  const { group, version, plural } = resource;
  const review = { ...rest, ...access, name, namespace, resource: { group, version, resource: plural } };
  return hooks.flatMap((hook) => {
    const result = hook(review);
    if (result?.deny) throw denialError(resource, name ?? '', result.deny);
    return result?.warnings ?? [];
  });
}

function denialError(resource: ServedResource, name: string, { webhook, ...denial }: Denial) {
  const error = statusOfDenial(resource, name, denial);
  if (webhook === undefined) return error;
  const prefix = `admission webhook ${JSON.stringify(webhook)} denied the request: `;
  const { reason, details } = error.status as { readonly reason?: string; readonly details?: object };
  return new ApiStatusError({ code: error.code, reason: reason ?? '', message: `${prefix}${error.message}`, details });
}

function statusOfDenial(resource: ServedResource, name: string, { code = 422, message = '', causes = [] }: Denial) {
  switch (code) {
    case 400:
      return new ApiStatusError({ code, reason: '', message });
    case 403:
      return forbiddenError(resource, { name, message, causes });
    case 409:
      return conflictError({ ...resource, plural: resource.kind }, { name, message, causes });
    case 422:
      return invalidError(
        { group: resource.group, kind: resource.kind, name },
        causes.length > 0 ? causes : [{ reason: 'FieldValueInvalid', message }],
      );
    default:
      throw new TypeError(`Unknown code of denial ${JSON.stringify(code satisfies never)}`);
  }
}
