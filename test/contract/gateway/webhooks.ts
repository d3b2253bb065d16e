import { expect, it } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const PAUSE = 'mutation ($input: PauseWorkspaceInput!) { pauseWorkspace(input: $input) { warnings } }';

/** Returns a webhook for the workspaces of a namespace at an address where nothing listens. */
function unreachableWebhook(namespace: string) {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'down.example.org',
        clientConfig: { url: 'https://127.0.0.1:9/validate' },
        rules: [{ apiGroups: ['kubeflow.org'], apiVersions: ['*'], operations: ['*'], resources: ['workspaces'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        failurePolicy: 'Fail',
        timeoutSeconds: 1,
      },
    ],
  };
}

export function webhooks(cluster: () => Cluster): void {
  it('returns UNAVAILABLE with retryAfterSeconds when a webhook is down', async ({ skip }) => {
    skip(cluster().name === 'simulator', 'the simulator calls no webhooks over the network');
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    await using gateway = await cluster().startGateway();
    await team.api.create(WEBHOOKS, unreachableWebhook(team.name));
    try {
      // The API server uses a new webhook after a moment.
      const isCalled = async () => (await team.api.patch(team.pathOf('nb'), 'MERGE', {})).code === 500;
      await waitFor(isCalled, 'the API server calls the webhook');
      const { errors } = await gateway.query(PAUSE, { input: { namespace: team.name, name: 'nb' } });
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('failed calling webhook "down.example.org"'),
          extensions: { code: 'UNAVAILABLE', status: 500, retryAfterSeconds: 5 },
        },
      ]);
    } finally {
      await team.api.delete(`${WEBHOOKS}/${team.name}`);
    }
    expect((await team.api.get(team.pathOf('nb'))).body.spec).toMatchObject({ paused: false });
  });
}
