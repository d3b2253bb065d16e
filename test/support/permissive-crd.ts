import { define } from '../../dev/demo/crds/definition.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';

const anything = { 'x-kubernetes-preserve-unknown-fields': true };

/** Definitions of Workspace and WorkspaceKind without a schema. */
export const permissiveCrds: readonly Manifest[] = [
  define({ ...parts('Workspace'), shortName: 'ws', scope: 'Namespaced' }),
  define({ ...parts('WorkspaceKind'), shortName: 'wsk', scope: 'Cluster' }),
];

function parts(kind: string) {
  return { kind, plural: `${kind.toLowerCase()}s`, columns: [], spec: anything, status: anything };
}
