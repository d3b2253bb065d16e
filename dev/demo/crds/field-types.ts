import { mapOf, object, type Schema, string } from './schema.ts';

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** Name of an object: a DNS subdomain. */
export function objectName(): Schema {
  return string({ min: 1, max: 253, pattern: String.raw`^${LABEL}(\.${LABEL})*$` });
}

/** Name that is a DNS label, such as the name of a namespace. */
export function dnsLabel(min = 1): Schema {
  return string({ min, max: 63, pattern: `^${LABEL}$` });
}

/** Identifier of an option of a WorkspaceKind. */
export function optionId(): Schema {
  return string({ min: 1, max: 256 });
}

/** Identifier of a port, shared by WorkspaceKinds and their images. */
export function portId(): Schema {
  return string({ min: 1, max: 32, pattern: '^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$' });
}

/** Absolute mount path other than `/`. */
export function mountPath(): Schema {
  return string({ min: 2, max: 4096, pattern: '^/[^/].*$' });
}

/** Labels and annotations of the workspace's pod. Admission validates their syntax. */
export function podMetadata(): Schema {
  return object({ labels: mapOf(string()), annotations: mapOf(string()) });
}
