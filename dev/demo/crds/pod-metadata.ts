import { mapOf, object, string, type Schema } from './schema.ts';

/** Labels and annotations that the workspace's pod gets. Their syntax is checked at admission. */
export function podMetadata(): Schema {
  return object({ labels: mapOf(string()), annotations: mapOf(string()) });
}
