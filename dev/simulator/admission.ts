import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import type { ApiObject } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { ServedResource } from './served-resource.ts';
import { conflictError, forbiddenError, invalidError, ApiStatusError, type Cause } from './status.ts';

/** A rule in code that looks at a write before it is stored, as a validating webhook does. */
export type AdmissionHook = (review: AdmissionReview) => AdmissionResult | void;

export interface AdmissionReview extends ObjectReader {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  /** Absent when something is deleted. */
  readonly object?: ReviewedObject | undefined;
  /** Absent when something is created. */
  readonly oldObject?: ReviewedObject | undefined;
  readonly dryRun: boolean;
}

/** An object under review: its fields beyond the metadata are the hook's to check. */
interface ReviewedObject extends KubernetesObject {
  readonly [field: string]: unknown;
}

/** The objects as they are stored now. */
export interface ObjectReader {
  readonly get: (apiVersion: string, kind: string, name: string, namespace?: string) => KubernetesObject | undefined;
  readonly list: (apiVersion: string, kind: string, namespace?: string) => readonly KubernetesObject[];
}

export interface AdmissionResult {
  readonly warnings?: readonly string[] | undefined;
  readonly deny?: Denial | undefined;
}

interface Denial {
  readonly message?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  /** 422 unless told otherwise. With 400 the message is all that is said, as by webhooks that give no reason. */
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
 * Asks every hook; what they warn of.
 * @throws {ApiStatusError} when one of them denies
 */
export function admit(cluster: SimulatedCluster, access: ObjectReader, write: Write): readonly string[] {
  const { resource, ...rest } = write;
  const { name, namespace } = (write.object ?? write.oldObject)?.metadata ?? {};
  const { group, version, plural } = resource;
  const review = { ...rest, ...access, name, namespace, resource: { group, version, resource: plural } };
  return cluster.admission.flatMap((hook) => {
    const result = hook(review);
    if (result?.deny) throw denialError(resource, name ?? '', result.deny);
    return result?.warnings ?? [];
  });
}

function denialError(resource: ServedResource, name: string, { code = 422, message = '', causes = [] }: Denial) {
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
