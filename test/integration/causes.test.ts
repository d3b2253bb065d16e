import { readFileSync } from 'node:fs';
import { buildSchema, isInputObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { AdmissionHook } from '../../dev/simulator/admission.ts';
import { workspaceAdmission } from '../../dev/demo/admission.ts';
import { createPaths, updatePaths } from '../../src/kinds/workspace/mutations/manifest.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';

const documents = {
  create: 'mutation ($input: CreateWorkspaceInput!) { result: createWorkspace(input: $input) { warnings } }',
  update: 'mutation ($input: UpdateWorkspaceInput!) { result: updateWorkspace(input: $input) { warnings } }',
  patch: 'mutation ($input: PatchWorkspaceInput!) { result: patchWorkspace(input: $input) { warnings } }',
  replace: 'mutation ($input: ReplaceWorkspaceInput!) { result: replaceWorkspace(input: $input) { warnings } }',
};
type Mutation = keyof typeof documents;

function start(admission: readonly AdmissionHook[] = workspaceAdmission): Promise<SimulatedGateway> {
  const objects = [namespace('team-a'), workspaceKind('jupyterlab'), claim('data'), secret('token'), workspace('nb')];
  return startTestGateway({ objects, admission });
}

async function send(gateway: SimulatedGateway, mutation: Mutation, input: object): Promise<Answer> {
  const { data } = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { revision } }');
  const { revision } = Object(data?.['workspace']);
  const { resourceVersion } = gateway.cluster.get('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a')?.metadata ?? {};
  const given = {
    create: { name: 'new', kind: 'jupyterlab', imageConfig: 'scipy', podConfig: 'tiny' },
    update: { name: 'nb', revision },
    patch: { name: 'nb' },
    replace: { name: 'nb' },
  }[mutation];
  const manifest = { metadata: { resourceVersion }, ...Object(Object(input).manifest) };
  const whole = { namespace: 'team-a', ...given, ...input, ...(mutation === 'replace' && { manifest }) };
  return gateway.query(documents[mutation], { input: whole });
}

function fieldsOf({ errors }: Answer): readonly string[] {
  const causes = errors?.[0]?.extensions['causes'];
  return (Array.isArray(causes) ? causes : []).map(({ field }) => String(field)).toSorted();
}

const volumes = { data: [{ claimName: 'data', mountPath: '/x' }], secrets: [{ secretName: 'none', mountPath: '/x' }] };
const podTemplate = {
  volumes: { data: [{ pvcName: 'data', mountPath: '/x' }], secrets: [{ secretName: 'none', mountPath: '/x' }] },
  options: { imageConfig: 'gone', podConfig: 'tiny' },
};

/** Inputs with violations that the gateway finds, a webhook finds, and the schema of the API server finds. */
const violations: readonly {
  readonly mutation: Mutation;
  readonly input: object;
  readonly fields: readonly string[];
}[] = [
  {
    mutation: 'create',
    input: { volumes, imageConfig: 'gone' },
    fields: ['input.imageConfig', 'input.volumes.secrets[0].mountPath', 'input.volumes.secrets[0].secretName'],
  },
  {
    mutation: 'create',
    input: { volumes, displayName: 'x'.repeat(129) },
    fields: ['input.displayName', 'input.volumes.secrets[0].mountPath', 'input.volumes.secrets[0].secretName'],
  },
  {
    mutation: 'update',
    input: { volumes, imageConfig: 'gone', podConfig: null },
    fields: [
      'input.imageConfig',
      'input.podConfig',
      'input.volumes.secrets[0].mountPath',
      'input.volumes.secrets[0].secretName',
    ],
  },
  {
    mutation: 'patch',
    input: { type: 'MERGE', patch: { spec: { podTemplate } } },
    fields: ['options.imageConfig', 'volumes.secrets[0].mountPath', 'volumes.secrets[0].secretName'].map(
      (field) => `input.patch.spec.podTemplate.${field}`,
    ),
  },
  {
    mutation: 'replace',
    input: { manifest: { spec: { kind: 'jupyterlab', podTemplate } } },
    fields: ['options.imageConfig', 'volumes.secrets[0].mountPath', 'volumes.secrets[0].secretName'].map(
      (field) => `input.manifest.spec.podTemplate.${field}`,
    ),
  },
];

describe('causes of INVALID', () => {
  it.each(violations)(
    'returns the causes of the gateway and of the cluster together for $mutation: $fields',
    async (violation) => {
      await using gateway = await start();
      const before = gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace');
      const answer = await send(gateway, violation.mutation, violation.input);
      expect(answer.errors?.[0]?.extensions['code']).toBe('INVALID');
      expect(fieldsOf(answer)).toEqual(violation.fields);
      expect(answer.errors?.[0]?.message).not.toMatch(/<nil>|rules were not checked/u);
      expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace')).toEqual(before);
    },
  );

  it.each([
    ['CreateWorkspaceInput', createPaths],
    ['UpdateWorkspaceInput', updatePaths],
  ])('returns causes of INVALID with paths only of fields that %s has', (name, paths) => {
    const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));
    const type = schema.getType(name);
    const names = isInputObjectType(type) ? Object.keys(type.getFields()) : [];
    const used = Object.values(paths).map((path) => path.split('.')[1]?.replace('[]', ''));
    expect(used.filter((field) => !names.includes(field ?? ''))).toEqual([]);
  });

  it('returns a cause with the path in the object when the input has no such field', async () => {
    const causes = [{ field: 'spec.kind', reason: 'FieldValueInvalid', message: 'Invalid value: "x": not today' }];
    await using gateway = await start([() => ({ deny: { causes } })]);
    expect(fieldsOf(await send(gateway, 'update', { displayName: 'X' }))).toEqual(['spec.kind']);
    expect(fieldsOf(await send(gateway, 'create', {}))).toEqual(['input.kind']);
  });
});

const long = JSON.stringify({
  labels: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`label-${i}`, 'a}"{b'])),
});
const values = [
  { value: '"gone"', kept: true, kind: 'a text' },
  { value: '{"mountPath":"/data"}', kept: true, kind: 'a short object' },
  { value: long, kept: false, kind: 'a long object' },
  { value: `[${long},${long}]`, kept: false, kind: 'a long list' },
  { value: JSON.stringify(long), kept: false, kind: 'a long object in quotation marks' },
  { value: `map[string]string${long}`, kept: false, kind: 'a long Go map' },
  { value: `v1beta1.Rule{Match:[]v1beta1.Match${long}}`, kept: false, kind: 'a long Go struct' },
  { value: `[]v1beta1.Rule{v1beta1.Rule${long}}`, kept: false, kind: 'a long Go list' },
];

describe('messages of causes', () => {
  it.each(values)('returns the value in a cause only if it is short: $kind', async ({ value, kept }) => {
    const message = `Invalid value: ${value}: must be another one`;
    const causes = [
      { field: 'spec.displayName', reason: 'FieldValueInvalid', message },
      { field: 'spec.paused', reason: 'FieldValueForbidden', message: 'Forbidden: not today' },
    ];
    await using gateway = await start([() => ({ deny: { causes } })]);
    const [error] = (await send(gateway, 'update', { displayName: 'X' })).errors ?? [];
    const expected = kept ? message : 'Invalid value: must be another one';
    expect(error?.extensions['causes']).toMatchObject([{ message: expected }, { message: 'Forbidden: not today' }]);
    expect(error?.message).toBe(
      `Workspace.kubeflow.org "nb" is invalid: [spec.displayName: ${expected}, spec.paused: Forbidden: not today]`,
    );
  });
});

describe('a webhook that is down or slow', () => {
  it.each([
    'Internal error occurred: failed calling webhook "w.example.org": failed to call webhook: Post "https://w/?timeout=10s": context deadline exceeded',
    'conversion webhook for kubeflow.org/v1, Kind=Workspace failed: Post "https://w/": dial tcp 10.0.0.1:443: connect: connection refused',
  ])('returns UNAVAILABLE with retryAfterSeconds when a webhook is down or slow: %s', async (message) => {
    await using gateway = await start();
    gateway.cluster.faults.refuse({
      status: 500,
      reason: 'InternalError',
      message,
      when: ({ verb }) => verb === 'patch',
    });
    const { errors } = await send(gateway, 'update', { displayName: 'X' });
    expect(errors).toMatchObject([{ message, extensions: { code: 'UNAVAILABLE', retryAfterSeconds: 5 } }]);
  });
});

describe('reserved pod labels', () => {
  const labels = { statefulset: 'mine', 'notebooks.kubeflow.org/workspace-name': 'mine', team: 'ml' };
  const entries = Object.entries(labels).map(([key, value]) => ({ key, value }));
  const podMetadata = { podMetadata: { labels: entries } };
  const spec = { kind: 'jupyterlab', podTemplate: { ...podTemplate, volumes: {}, podMetadata: { labels } } };
  const allowed = {
    ...spec,
    podTemplate: { ...spec.podTemplate, options: { imageConfig: 'scipy', podConfig: 'tiny' } },
  };

  it.each([
    ['create', podMetadata, 'input.podMetadata.labels'],
    ['update', podMetadata, 'input.podMetadata.labels'],
    ['patch', { type: 'MERGE', patch: { spec: allowed } }, 'input.patch.spec.podTemplate.podMetadata.labels'],
    ['replace', { manifest: { spec: allowed } }, 'input.manifest.spec.podTemplate.podMetadata.labels'],
  ] as const)(
    'accepts labels that the controller sets, with a warning, in a mutation to %s',
    async (mutation, input, field) => {
      await using gateway = await start();
      const { data, errors } = await send(gateway, mutation, input);
      expect(errors).toBeUndefined();
      expect(data?.['result']).toEqual({
        warnings: ['notebooks.kubeflow.org/workspace-name', 'statefulset'].map((key) =>
          expect.stringContaining(`${field}: the controller sets the label ${key} `),
        ),
      });
    },
  );
});
