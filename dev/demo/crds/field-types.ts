import { mapOf, object, type Schema, string } from './schema.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** The name of an object: DNS labels joined by dots. */
export function objectName(): Schema {
  return string({ min: 1, max: 253, pattern: String.raw`^${LABEL}(\.${LABEL})*$` });
}

/** A name that is one DNS label, such as a namespace's. */
export function dnsLabel(min = 1): Schema {
  return string({ min, max: 63, pattern: `^${LABEL}$` });
}

/** The id of an option of a workspace kind. */
export function optionId(): Schema {
  return string({ min: 1, max: 256 });
}

/** The id by which kinds and images agree on a port. */
export function portId(): Schema {
  return string({ min: 1, max: 32, pattern: '^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$' });
}

/** An absolute path, other than the root, at which something is mounted. */
export function mountPath(): Schema {
  return string({ min: 2, max: 4096, pattern: '^/[^/].*$' });
}

/** Labels and annotations that the workspace's pod gets. Their syntax is checked at admission. */
export function podMetadata(): Schema {
  return object({ labels: mapOf(string()), annotations: mapOf(string()) });
}
