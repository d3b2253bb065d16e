import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { leastCpuMs } from '../../../test/support/cpu-time.ts';
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
    ['my-parameter: my-value', 'my-parameter: "***"\n'],
    ['size: big # in total', 'size: "***"\n'],
    ['apiToken: abc\nsize: 3\ngpu: true', 'apiToken: "***"\nsize: "***"\ngpu: "***"\n'],
    ['users: [{ name: ada, password: 5 }]', 'users:\n  - name: "***"\n    password: "***"\n'],
    ['a: null\nb: ""', 'a: null\nb: ""'],
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

it('shows only the parameters that the inline template declares with another type than password', () => {
  const declared = [
    { variable: 'size', type: 'string', defaultValue: 'small', options: ['small', 'big'] },
    { variable: 'db.host', type: 'string' },
    { variable: 'db.password', type: 'string', defaultValue: CANARY },
    { variable: 'pin', type: 'password', defaultValue: CANARY },
    { variable: 'both', type: 'string' },
    { variable: 'both', type: 'password' },
    { variable: 'untyped' },
  ];
  const parameters = `size: big\ndb: { host: pg, password: ${CANARY} }\npin: ${CANARY}\nboth: a\nuntyped: a\nother: a\n`;
  const { spec }: KubernetesObject & { readonly spec?: unknown } = masked(
    instanceWith({ template: { parameters: declared }, parameters }),
  );
  expect(spec).toMatchObject({
    template: {
      parameters: [{ defaultValue: 'small', options: ['small', 'big'] }, { variable: 'db.host' }, {}, {}, {}, {}, {}],
    },
    parameters:
      'size: big\ndb:\n  host: pg\n  password: "***"\npin: "***"\nboth: "***"\nuntyped: "***"\nother: "***"\n',
  });
  expect(JSON.stringify(spec)).not.toMatch(/k4n4ri3n|v0gel/u);
});

const TOKENS: readonly string[] = [
  `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${CANARY}`,
  'eyJhbGciOiJIUzI1NiJ9.k4n4ri3n.v0gel',
  'AKIAK4N4RI3NV0GEL123',
  'ghp_k4n4ri3nv0gelk4n4ri3nv0gel0123456789',
  'github_pat_k4n4ri3nv0gel_0123456789',
  'glpat-k4n4ri3nv0gel0123456',
  'xoxb-123-k4n4ri3n-v0gel',
  'https://hooks.slack.com/services/k4n4ri3n/v0gel',
  `https://ada:${CANARY}@example.com`,
  `postgres://ada:${CANARY}@db:5432/app`,
  `https://example.com/?access_token=${CANARY}&page=2`,
  `Server=db;User=ada;Password=${CANARY};`,
  `AccountName=a;AccountKey=${CANARY};`,
  `Authorization: Bearer ${CANARY}`,
  `--api-key ${CANARY} --verbose`,
  `token: "${CANARY}"`,
  `{"clientSecret":"${CANARY}"}`,
  `Set-Cookie: ${CANARY}`,
  `CONNECTION_STRING='${CANARY}'`,
  `credentials = ${CANARY}`,
  `{\\"password\\":\\"${CANARY}\\"}`,
  `password: "${CANARY}`,
  `password: '${CANARY} \\`,
];

const PLACES: readonly (readonly [place: string, instanceOf: (text: string) => KubernetesObject])[] = [
  ['spec.description', (description) => instanceWith({ description })],
  ['spec.displayName', (displayName) => instanceWith({ displayName })],
  ['the template', (image) => instanceWith({ template: { kubernetes: { pod: { spec: { image } } } } })],
  [
    'a declared parameter',
    (text) =>
      instanceWith({
        template: { parameters: [{ variable: 'a', type: 'string' }] },
        parameters: stringify({ a: text }),
      }),
  ],
  ['arguments', (text) => instanceWith({ template: { pod: { containers: [{ args: ['run', text] }] } } })],
  ['an annotation', (text) => withAnnotations({ note: text })],
  [
    'a condition',
    (message) =>
      ({
        ...instanceWith({}),
        status: { conditions: [{ type: 'Ready', message, reason: message }] },
      }) as KubernetesObject,
  ],
];

describe.each(PLACES)('secrets in %s', (_, instanceOf) => {
  it.each(TOKENS)('masks %j', (text) => {
    const shown = JSON.stringify(masked(instanceOf(`before ${text} after`)));
    expect(shown).toContain('***');
    expect(shown).toContain('before');
    expect(shown).not.toMatch(/k4n4ri3n|v0gel/iu);
  });
});

function withAnnotations(annotations: Readonly<Record<string, string>>): KubernetesObject {
  const instance = instanceWith({});
  return { ...instance, metadata: { ...instance.metadata, annotations } };
}

it.each([
  ['password', CANARY],
  ['example.com/api-token', CANARY],
  ['dbPassword', CANARY],
  ['sshKey', CANARY],
  ['sessionCookie', CANARY],
  ['connectionString', CANARY],
  ['credentials', CANARY],
])('masks the annotation and the field %s', (name, secret) => {
  expect(masked(withAnnotations({ [name]: secret }))).toHaveProperty(['metadata', 'annotations', name], '***');
  expect(masked(instanceWith({ template: { deep: [{ [name]: secret }] } }))).toHaveProperty(
    ['spec', 'template', 'deep', 0, name],
    '***',
  );
});

it('masks the argument after the name of a secret', () => {
  const args = ['--token', CANARY, '--password', CANARY, '--name', 'ada'];
  expect(masked(instanceWith({ args }))).toHaveProperty('spec.args', [
    '--token',
    '***',
    '--password',
    '***',
    '--name',
    'ada',
  ]);
});

it.each([
  [
    'a description',
    { description: 'The keyboard of Author Ada: 3 monkeys, tokens of thanks, https://example.com/a?b=c.' },
  ],
  ['Markdown', { description: 'Start ***now***.' }],
  ['references', { secretName: 'pull', tokenSecretRef: 'ref', volumes: [{ secret: { secretName: 'a' } }] }],
  ['selectors', { tolerations: [{ key: 'gpu', operator: 'Exists' }], secretKeyRef: { name: 'a', key: 'b' } }],
  ['flags', { automountServiceAccountToken: false, displayName: 'My pod', owner: { user: 'ada' } }],
])('shows %s', (_, spec) => {
  expect(masked(instanceWith(spec))).toHaveProperty('spec', spec);
});

it('returns a masked instance unchanged', () => {
  const once = masked(instanceWith({ description: `password=${CANARY} and ${TOKENS.join(' ')}` }));
  expect(masked(structuredClone(once))).toEqual(once);
});

/** CPU time below which a measurement is noise. */
const FLOOR_MS = 10;

it.each([
  'a',
  'password',
  'a: ',
  '-----BEGIN A-----',
  '-----END ',
  'eyJaaaaa',
  'a="',
  "a='",
  ' ',
  'http://',
  '://a:',
  'xoxb-',
  'a.',
  '--a',
  'Bearer ',
  '\\"',
  'a:"\\"',
])('masks texts of repeated %j in linear time', async (pattern) => {
  const cpuOf = (length: number) => {
    const text = pattern.repeat(length / pattern.length);
    const maskAll = () => {
      for (let done = 0; done < 200_000; done += length) masked(instanceWith({ description: `${text}?` }));
    };
    return leastCpuMs(maskAll, 3);
  };
  expect(await cpuOf(100_000)).toBeLessThan(10 * Math.max(await cpuOf(1_000), FLOOR_MS));
});

it('masks a message completely when it would take too long to find all secrets', () => {
  const options = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`a${n}`, `value-${n}`]));
  const message = 'x'.repeat(100_000);
  const instance = {
    ...instanceWith({ template: { provider: { options } } }),
    status: { message },
  } as KubernetesObject;
  expect(masked(instance)).toHaveProperty('status.message', '***');
});

it('masks parameters completely when their keys are maps, which take exponential time to parse', () => {
  expect(masked(instanceWith({ parameters: '? '.repeat(4) }))).toHaveProperty('spec.parameters', '***');
});
