import type { Manifest } from '../../simulator/api-object.ts';

const LABEL = 'app.kubernetes.io/part-of';

/** The namespaces of the demo: three teams, and one for the platform's own objects. */
export const namespaceLabels: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'team-research': { tier: 'development', workspace_team: 'team_1', [LABEL]: 'kubeflow-profile' },
  'team-vision': { tier: 'production', workspace_team: 'team_2', [LABEL]: 'kubeflow-profile' },
  'team-platform': { workspace_team: 'platform', [LABEL]: 'kubeflow-profile' },
  'kubeflow-system': {},
};

export function namespaces(): Manifest[] {
  return Object.entries(namespaceLabels).map(([name, labels]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  }));
}
