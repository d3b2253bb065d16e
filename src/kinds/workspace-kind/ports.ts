import { builder } from '../../graphql/builder.ts';
import { workspaceKindSpecOf, type WorkspaceKindObject } from './resource.ts';

/** Port of a workspace. */
interface Port {
  readonly portId: string;
  readonly protocol: string;
  readonly displayName: string;
}

const DEFAULT_PROTOCOL = 'HTTP';

/** Returns the ports of a WorkspaceKind: of the pod template or, in old versions of the CRD, of its images. */
export function portsOf(workspaceKind: WorkspaceKindObject): Port[] {
  const { ports: own, options } = workspaceKindSpecOf(workspaceKind).podTemplate ?? {};
  if (own) {
    return own.map(({ id = '', protocol = DEFAULT_PROTOCOL, defaultDisplayName }) => ({
      portId: id,
      protocol,
      displayName: defaultDisplayName || id,
    }));
  }
  const images = options?.imageConfig?.values ?? [];
  const ports = new Map<string, Port>();
  for (const { id = '', protocol = DEFAULT_PROTOCOL, displayName } of images.flatMap(
    (image) => image.spec?.ports ?? [],
  )) {
    if (!ports.has(id)) ports.set(id, { portId: id, protocol, displayName: displayName || id });
  }
  return [...ports.values()];
}

/** Returns the ports of one image option with the display names of the image. Empty if the option does not exist. */
export function imagePortsOf(workspaceKind: WorkspaceKindObject, imageId: string): Port[] {
  const known = new Map(portsOf(workspaceKind).map((port) => [port.portId, port]));
  const image = workspaceKindSpecOf(workspaceKind).podTemplate?.options?.imageConfig?.values?.find(
    ({ id }) => id === imageId,
  );
  return (image?.spec?.ports ?? []).map(({ id = '', protocol, displayName }) => ({
    portId: id,
    protocol: known.get(id)?.protocol ?? protocol ?? DEFAULT_PROTOCOL,
    displayName: displayName || (known.get(id)?.displayName ?? id),
  }));
}

/** Returns the path of a port on the host of the dashboard. It differs for old versions of the CRD. */
export function connectPathOf(
  workspaceKind: WorkspaceKindObject,
  at: { readonly namespace: string; readonly name: string; readonly portId: string },
): string {
  const root = workspaceKindSpecOf(workspaceKind).podTemplate?.ports ? '/workspace/connect' : '/workspace';
  return `${root}/${at.namespace}/${at.name}/${at.portId}/`;
}

export const PortProtocol = builder.enumType('PortProtocol', {
  description: 'Protocol of a port.',
  values: {
    HTTP: { description: 'HTTP and WebSocket.' },
    UNKNOWN: { description: 'A protocol that this gateway does not know.' },
  } as const,
});

export const WorkspaceKindPort = builder.objectRef<Port>('WorkspaceKindPort').implement({
  description: 'Port of the workspaces of a WorkspaceKind.',
  fields: (t) => ({
    portId: t.exposeID('portId', { description: 'ID of the port, unique in its WorkspaceKind only.' }),
    protocol: t.field({
      type: PortProtocol,
      description: 'Protocol.',
      resolve: ({ protocol }) => (protocol === 'HTTP' ? 'HTTP' : 'UNKNOWN'),
    }),
    displayName: t.exposeString('displayName', {
      description: 'Display name, unless the image option has another one.',
    }),
  }),
});
