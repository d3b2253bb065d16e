import type { Manifest } from '../../dev/simulator/api-object.ts';

/** Returns a WorkspaceKind of the oldest definition: its only image, `old`, defines its port itself. */
export function oldWorkspaceKind(name: string): Manifest {
  const image = {
    id: 'old',
    spawner: { displayName: 'Old' },
    spec: {
      image: 'example.com/old:latest',
      ports: [{ id: 'lab', port: 8888, displayName: 'Lab', protocol: 'HTTP' }],
    },
  };
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'WorkspaceKind',
    metadata: { name },
    spec: {
      spawner: {
        displayName: 'JupyterLab',
        description: 'As of 2025',
        icon: { configMap: { name: 'icons', key: 'icon.svg' } },
        logo: { url: 'https://example.com/logo.svg' },
      },
      podTemplate: {
        serviceAccount: { name: 'default-editor' },
        volumeMounts: { home: '/home/jovyan' },
        options: {
          imageConfig: { spawner: { default: 'old' }, values: [image] },
          podConfig: {
            spawner: { default: 'tiny' },
            values: [{ id: 'tiny', spawner: { displayName: 'Tiny' }, spec: {} }],
          },
        },
      },
    },
  };
}
