import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterBindingTo } from '../../dev/demo/roles.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { devPodCrd, volcanoCommandCrd, volcanoJobCrd } from '../support/devpod-and-volcano.ts';
import { namespace } from '../support/manifests.ts';
import { clusters, type Cluster } from './clusters.ts';
import { definitions } from './deployment/definitions.ts';
import {
  applyOverlay,
  clusterOf,
  directoryOf,
  NAMESPACE,
  OPERATOR,
  type Deployed,
} from './deployment/deployed-gateway.ts';
import { lifecycle } from './gateway/lifecycle.ts';
import { pausing } from './gateway/pausing.ts';
import { reads } from './gateway/reads.ts';
import { restarts } from './gateway/restarts.ts';
import { subscriptions } from './gateway/subscriptions.ts';
import { waits } from './gateway/waits.ts';
import { webhooks } from './gateway/webhooks.ts';
import { Kubectl } from './kubectl.ts';

const real = clusters.find(({ name }) => name === 'kube-apiserver');
if (!real || real.missing) console.warn(`The overlays of deploy/ are not applied: ${real?.missing}.`);

const FINISH_RESTARTS = path.resolve(import.meta.dirname, '../../deploy/components/finish-restarts/cluster-role.yaml');

/** Runs also the suites that add little to the permissions that the others need. */
const isLong = process.env['DEPLOYMENT_SUITES'] === 'all';

describe.skipIf(!real || real.missing)('deploy/ on a kube-apiserver', () => {
  let cluster: Cluster;
  let kubectl: Kubectl;

  beforeAll(async () => {
    if (!real) throw new TypeError('Expected a kube-apiserver among the clusters.');
    cluster = await real.start();
    kubectl = await Kubectl.for(cluster.kubeconfig);
    const custom = [workspaceCrd, workspaceKindCrd, devPodCrd, volcanoJobCrd, volcanoCommandCrd, ...definitions];
    await Promise.all(custom.map((definition) => cluster.api.define(definition)));
    await cluster.api.create('/api/v1/namespaces', namespace(NAMESPACE));
    const binding = clusterBindingTo('cluster-admin', { kind: 'User', name: OPERATOR });
    await cluster.api.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', binding);
  });
  afterAll(async () => {
    await kubectl[Symbol.asyncDispose]();
    await cluster[Symbol.asyncDispose]();
  });

  describe.each(['token', 'impersonate', 'header-istio', 'oauth2-proxy'])('the overlay %s', (overlay) => {
    let deployed: Deployed;
    const current = () => clusterOf(cluster, deployed);
    beforeAll(async () => void (deployed = await applyOverlay(cluster, kubectl, overlay)));
    // The next overlay must not keep the roles of this one.
    afterAll(() => kubectl.run('delete', '-k', directoryOf(overlay), '--wait=false'));

    it('changes no stored objects when it is applied again', async () => {
      expect(await kubectl.run('diff', '-k', directoryOf(overlay))).toBe('');
    });

    describe('with the permissions of its ServiceAccount', () => {
      reads(current);
      lifecycle(current);
      if (isLong) {
        beforeAll(() => kubectl.run('apply', '-f', FINISH_RESTARTS));
        afterAll(() => kubectl.run('delete', '-f', FINISH_RESTARTS));
        restarts(current);
        webhooks(current);
        pausing(current);
        waits(current);
      }
      if (isLong || overlay === 'token') subscriptions(current);
    });
  });
});
