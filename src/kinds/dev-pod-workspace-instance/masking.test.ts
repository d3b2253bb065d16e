import { describe, expect, it } from 'vitest';
import { fullSelection } from '../../../test/support/full-selection.ts';
import { devPod, devPodCrd } from '../../../test/support/devpod-and-volcano.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { schema } from '../../schema.ts';
import { masked } from './masking.ts';

/** Secret whose parts occur in no word, so that a test also finds a part of it. */
const CANARY = 'k4n4ri3n-v0gel';
const EVERYTHING = fullSelection(schema, 'DevPodWorkspaceInstance', 5);
const AT = '(namespace: "loft-p-team-a", name: "pod")';

const leaky = {
  provider: {
    name: `https://ada:${CANARY}@example.com/provider`,
    options: {
      CLEAR: { value: CANARY },
      BARE: CANARY,
      MISSPELT: { valeu: CANARY },
      NESTED: { value: { deep: [CANARY] } },
      INLINE: { valueFrom: { projectSecretRef: { name: 'keys', key: 'k', inline: CANARY }, text: CANARY } },
      TEXT: { valueFrom: CANARY },
    },
    env: { CLEAR: { value: CANARY } },
  },
  workspaceEnv: { CLEAR: { value: CANARY } },
  initEnv: { CLEAR: CANARY },
  kubernetes: { pod: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: CANARY }] }] } } },
  spaceTemplate: { name: 'space', objects: `kind: Secret\nstringData: { a: ${CANARY} }`, charts: [{ values: CANARY }] },
};
const leakyPod = devPod('pod', {
  metadata: {
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { template: leaky } }),
      'my-annotation': 'my-value',
    },
  },
  spec: { template: leaky, parameters: `size: big\ndb: { password: ${CANARY} }\n# or ${CANARY}\n` },
  status: {
    phase: 'Failed',
    reason: 'Refused',
    message: `The provider refused ${CANARY}.`,
    conditions: [{ type: 'InstanceScheduled', status: 'False', message: `option CLEAR=${CANARY}` }],
    instance: leaky,
  },
});

describe('masking of DevPod workspaces', () => {
  it('returns no secret in any field', async () => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, leakyPod] });
    const connection = `devPodWorkspaceInstances { nodes ${EVERYTHING} }`;
    const answer = await gateway.query(`{ devPodWorkspaceInstance${AT} ${EVERYTHING} ${connection} }`);
    const output = JSON.stringify(answer);
    expect(answer.errors).toBeUndefined();
    expect(output).toContain('my-value');
    expect(output).toContain('The provider refused ***.');
    expect(output).not.toMatch(/k4n4ri3n|v0gel/u);
  });

  it('sends no secret in any event', async () => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, leakyPod] });
    const changes = gateway.subscribe(`subscription { devPodWorkspaceInstances { type object ${EVERYTHING} } }`);
    const output = [await changes.next(), await changes.next(), await changes.next()];
    gateway.cluster.apply({ ...leakyPod, status: { phase: 'Ready', message: 'Fine', instance: leaky } });
    output.push(await changes.next());
    gateway.cluster.delete('management.loft.sh/v1', 'DevPodWorkspaceInstance', 'pod', 'loft-p-team-a');
    output.push(await changes.next());
    const types = output.map(({ value }) => /"type":"([A-Z]+)"/u.exec(JSON.stringify(value?.data))?.[1]);
    expect(types).toEqual(['RESET', 'ADDED', 'SYNCED', 'MODIFIED', 'DELETED']);
    expect(JSON.stringify(output)).not.toMatch(/k4n4ri3n|v0gel/u);
  });

  it('returns the names of options and of referenced secrets', async () => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, leakyPod] });
    const { data } = await gateway.query(`{ devPodWorkspaceInstance${AT} { manifest } }`);
    const provider = {
      name: 'https://***@example.com/provider',
      options: {
        CLEAR: { value: '***' },
        BARE: '***',
        MISSPELT: { valeu: '***' },
        NESTED: { value: '***' },
        INLINE: { valueFrom: { projectSecretRef: { name: 'keys', key: 'k', inline: '***' }, text: '***' } },
        TEXT: { valueFrom: '***' },
      },
      env: { CLEAR: { value: '***' } },
    };
    expect(data).toMatchObject({ devPodWorkspaceInstance: { manifest: { spec: { template: { provider } } } } });
  });

  it.each([
    ['my-parameter: my-value', 'my-parameter: my-value'],
    ['size: big # in total', 'size: big\n'],
    ['apiToken: abc\nsize: 3', 'apiToken: "***"\nsize: 3\n'],
    ['users: [{ name: ada, password: 5 }]', 'users:\n  - name: ada\n    password: "***"\n'],
    ['env: { name: A, value: b }', 'env:\n  name: A\n  value: "***"\n'],
    ['just text', '***'],
    ['a: [', '***'],
    ['', ''],
  ])('masks parameters: %j', async (parameters, shown) => {
    await using gateway = await startTestGateway({ objects: [devPodCrd, devPod('pod', { spec: { parameters } })] });
    const { data } = await gateway.query(`{ devPodWorkspaceInstance${AT} { parameters } }`);
    expect(data).toEqual({ devPodWorkspaceInstance: { parameters: shown } });
  });
});

function instanceWith(spec: object): KubernetesObject & { readonly spec: object } {
  const metadata = { name: 'pod', uid: 'uid', resourceVersion: '1', creationTimestamp: '2026-11-21T09:30:00Z' };
  return { apiVersion: 'management.loft.sh/v1', kind: 'DevPodWorkspaceInstance', metadata, spec };
}

it.each([
  ['ssh://ada:k4n4ri3n@example.com', 'ssh://***@example.com'],
  ['postgres://:k4n4ri3n@example.com/db', 'postgres://***@example.com/db'],
  ['https://k4n4ri3n@example.com', 'https://***@example.com'],
  ['ssh://git@example.com', 'ssh://git@example.com'],
  ['http://example.com:80/a@b', 'http://example.com:80/a@b'],
])('masks only the credentials of %s', (url, shown) => {
  expect(masked(instanceWith({ source: url }))).toHaveProperty('spec.source', shown);
});

it('masks parameters completely when their keys are maps, which take exponential time to parse', () => {
  expect(masked(instanceWith({ parameters: '? '.repeat(4) }))).toHaveProperty('spec.parameters', '***');
});
