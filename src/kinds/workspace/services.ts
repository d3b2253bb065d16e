import { builder } from '../../graphql/builder.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { connectPathOf, imagePortsOf } from '../workspace-kind/ports.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { kindNameOf, optionIdOf, type WorkspaceObject } from './resource.ts';
import { stateOf } from './state.ts';

interface Service {
  readonly portId: string;
  readonly displayName: string;
  readonly httpPath: string;
  readonly connectable: boolean;
}

/** Empty where kind or image are gone; other protocols than HTTP cannot be shown by a browser. */
export function servicesOf(client: ViewerClient, workspace: WorkspaceObject): Service[] {
  const { name, namespace = '' } = workspace.metadata;
  const kind = client.reader.prefetched(WorkspaceKind).get({ name: kindNameOf(workspace) });
  if (!kind) return [];
  const ports = imagePortsOf(kind, optionIdOf(workspace, 'imageConfig')).filter(({ protocol }) => protocol === 'HTTP');
  return ports.map(({ id, displayName }) => ({
    portId: id,
    displayName,
    httpPath: connectPathOf(kind, { namespace, name, portId: id }),
    connectable: stateOf(workspace) === 'RUNNING',
  }));
}

export const WorkspaceService = builder.objectRef<Service>('WorkspaceService').implement({
  description: 'A page that a workspace serves.',
  fields: (t) => ({
    portId: t.exposeID('portId', { description: 'The port of its kind.' }),
    displayName: t.exposeString('displayName', { description: 'Its name for people.' }),
    httpPath: t.exposeString('httpPath', { description: 'Where it is, on the host of the dashboard.' }),
    connectable: t.exposeBoolean('connectable', {
      description: 'Whether it answers now: only while the workspace is RUNNING.',
    }),
  }),
});
