import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { gatewayRoles } from '../../../dev/demo/users.ts';
import { check } from '../../../src/check.ts';
import { inspectConfig } from '../../../src/config.ts';
import { createScratchDirectory } from '../../support/scratch-directory.ts';
import type { Cluster } from '../clusters.ts';

interface Kubeconfig {
  readonly users: readonly { readonly name: string }[];
}

/** `--check` with the permissions of the user `impersonator`, who begins with none. */
export function configurationCheck(cluster: () => Cluster): void {
  it('names the missing permissions of each feature when the account lacks some', async () => {
    const none = await checkAsImpersonator(cluster());
    expect(none.passed).toBe(false);
    expect(none.lines.find((line) => line.includes('REQUIRED    Bearer tokens'))).toContain(
      'create tokenreviews (authentication.k8s.io)',
    );
    await grantRoles(cluster());
    // The authorizer of the API server uses new roles and bindings after a moment.
    await expect
      .poll(async () => (await checkAsImpersonator(cluster())).lines)
      .toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^ {2}https?:\/\/127\.0\.0\.1:\d+, Kubernetes v1\.\d+.*, as impersonator$/u),
          '  Workspace (kubeflow.org/v1beta1): served',
          '  ok          Workspaces, WorkspaceKinds and Namespaces',
          '  ok          Bearer tokens',
          '  ok          RBAC index',
          '  not served  Volcano',
          '  missing     Unfinished restarts: patch workspaces (kubeflow.org). A restart that was interrupted stays paused until a user starts the workspace.',
          'The gateway can serve this cluster.',
        ]),
      );
    expect((await checkAsImpersonator(cluster())).passed).toBe(true);
  });
}

async function checkAsImpersonator({ kubeconfig, impersonatorToken: token }: Cluster) {
  await using directory = await createScratchDirectory();
  const config = parse(kubeconfig) as Kubeconfig;
  const users = config.users.map(({ name }) => ({ name, user: { token } }));
  const KUBECONFIG = await directory.write('config', stringify({ ...config, users }));
  return check(inspectConfig({ KUBECONFIG, AUTH_MODE: 'token' }), new AbortController().signal);
}

/** Grants the roles of `deploy/` for tokens. */
async function grantRoles({ api }: Cluster): Promise<void> {
  for (const manifest of gatewayRoles('token')) {
    const name = `checked-${manifest.metadata.name}`;
    const plural = `${manifest.kind.toLowerCase()}s`;
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
    const binding = { roleRef, subjects: [{ kind: 'User', name: 'impersonator' }] };
    const body = { ...manifest, metadata: { name }, ...(manifest.kind === 'ClusterRoleBinding' && binding) };
    const { code } = await api.post(`/apis/rbac.authorization.k8s.io/v1/${plural}`, body);
    expect(code).toBe(201);
  }
}
