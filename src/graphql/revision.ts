import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Changes with the object's spec, and only then: status and metadata do not count. */
export function revisionOf({ metadata: { uid, name, generation = 0 } }: KubernetesObject): string {
  return createHash('sha256').update(`${uid}:${name}:${generation}`).digest('hex');
}
