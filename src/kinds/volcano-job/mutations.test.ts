import { describe, expect, it } from 'vitest';
import { namespace } from '../../../test/support/manifests.ts';
import {
  nativeVolcanoJobs,
  volcanoCommandCrd,
  volcanoJob,
  volcanoJobCrd,
} from '../../../test/support/devpod-and-volcano.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/support/test-gateway.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';

const AT = { namespace: 'team-a', name: 'train' };
const LABELS = 'volcanoJob { metadata { labels { key value } } tasks { name replicas } } warnings';
const PATCH = `mutation ($input: PatchVolcanoJobInput!) { patchVolcanoJob(input: $input) { ${LABELS} } }`;
const train = volcanoJob('train', {
  metadata: { labels: { team: 'ml' } },
  spec: { minAvailable: 1, tasks: [{ name: 'worker', replicas: 2 }] },
});

async function startWith(...objects: readonly Manifest[]): Promise<SimulatedGateway> {
  return startTestGateway({ objects: [volcanoJobCrd, volcanoCommandCrd, namespace('team-a'), ...objects] });
}

async function patch(gateway: SimulatedGateway, input: object): Promise<Answer> {
  return gateway.query(PATCH, { input: { ...AT, ...input } });
}

function stored(gateway: SimulatedGateway, name = 'train'): unknown {
  return gateway.cluster.get('batch.volcano.sh/v1alpha1', 'Job', name, 'team-a');
}

/** Documented example: the job, the patch, and the expected result. */
const documentsJob = {
  apiVersion: 'batch.volcano.sh/v1alpha1',
  kind: 'Job',
  metadata: { name: 'openmpi-hello-2-com', namespace: 'team-a' },
  spec: {
    minAvailable: 1,
    plugins: { env: [], ssh: [], svc: [] },
    queue: 'default',
    schedulerName: 'volcano',
    tasks: [
      {
        name: 'mpimaster',
        policies: [{ action: 'CompleteJob', event: 'TaskCompleted' }],
        replicas: 1,
        template: {
          spec: {
            containers: [
              {
                command: ['/bin/sh', '-c', 'mpiexec --allow-run-as-root --host ${MPI_HOST} -np 2 mpi_hello_world\n'],
                image: '*.*.*.*:20202/swr/openmpi-hello:3.28',
                name: 'mpimaster',
                ports: [{ containerPort: 22, name: 'mpijob-port' }],
                resources: { limits: { cpu: '250m', memory: '1Gi' }, requests: { cpu: '250m', memory: '1Gi' } },
                workingDir: '/home',
              },
            ],
            imagePullSecrets: [{ name: 'imagepull-secret' }],
            restartPolicy: 'OnFailure',
          },
        },
      },
      { name: 'mpiworker', replicas: 2, template: { spec: { restartPolicy: 'OnFailure' } } },
    ],
  },
  status: { minAvailable: 1, pending: 3, state: { phase: 'Inqueue' } },
};

describe('patchVolcanoJob with the documented example', () => {
  const asked = `mutation ($input: PatchVolcanoJobInput!) { patchVolcanoJob(input: $input) { volcanoJob { phase pending queue manifest } } }`;

  it.each([
    ['MERGE', { metadata: { labels: { app: 'patchlabel' } } }],
    ['JSON', [{ op: 'add', path: '/metadata/labels', value: { app: 'patchlabel' } }]],
  ])('returns the patched job for a patch of type %s', async (type, body) => {
    await using gateway = await startWith(documentsJob);
    const { data, errors } = await gateway.query(asked, { input: patchedBy(type, body) });
    expect(errors).toBeUndefined();
    const { metadata, ...rest } = documentsJob;
    const manifest = { ...rest, metadata: { ...metadata, labels: { app: 'patchlabel' } } };
    expect(data).toMatchObject({
      patchVolcanoJob: { volcanoJob: { phase: 'Inqueue', pending: 3, queue: 'default', manifest } },
    });
    expect(stored(gateway, 'openmpi-hello-2-com')).toMatchObject(manifest);
  });

  it('returns the patched job for a STRATEGIC patch when the API server supports it', async () => {
    await using gateway = await startTestGateway({ aggregated: [nativeVolcanoJobs], objects: [documentsJob] });
    const body = { metadata: { labels: { app: 'patchlabel' } } };
    const { data } = await gateway.query(asked, { input: patchedBy('STRATEGIC', body) });
    const { spec } = documentsJob;
    expect(data).toMatchObject({ patchVolcanoJob: { volcanoJob: { manifest: { ...body, spec } } } });
  });

  it('returns UNSUPPORTED_MEDIA_TYPE and the supported types for a STRATEGIC patch of a custom resource', async () => {
    await using gateway = await startWith(documentsJob);
    const body = { metadata: { labels: { app: 'patchlabel' } } };
    const { errors } = await gateway.query(asked, { input: patchedBy('STRATEGIC', body) });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/application\/json-patch\+json.*application\/merge-patch\+json/u),
        extensions: { code: 'UNSUPPORTED_MEDIA_TYPE', status: 415, reason: 'UnsupportedMediaType' },
      },
    ]);
    expect(gateway.cluster.requests.filter(({ verb }) => verb === 'patch')).toHaveLength(1);
    expect(stored(gateway, 'openmpi-hello-2-com')).not.toMatchObject(body);
  });
});

describe('patchVolcanoJob', () => {
  it('returns the patched job to queries at once', async () => {
    await using gateway = await startWith(train);
    const { data } = await patch(gateway, { type: 'MERGE', patch: { metadata: { labels: { app: 'x' } } } });
    const labels = [
      { key: 'app', value: 'x' },
      { key: 'team', value: 'ml' },
    ];
    const volcanoJobNow = { metadata: { labels }, tasks: [{ name: 'worker', replicas: 2 }] };
    expect(data).toEqual({ patchVolcanoJob: { volcanoJob: volcanoJobNow, warnings: [] } });
    const again = await gateway.query(
      '{ volcanoJob(namespace: "team-a", name: "train") { metadata { labels { key } } } }',
    );
    expect(again.data).toEqual({ volcanoJob: { metadata: { labels: [{ key: 'app' }, { key: 'team' }] } } });
  });

  it('changes no job in a dry run', async () => {
    await using gateway = await startWith(train);
    const { data } = await patch(gateway, { type: 'MERGE', patch: { spec: { tasks: [] } }, dryRun: true });
    expect(data).toMatchObject({ patchVolcanoJob: { volcanoJob: { tasks: [] } } });
    expect(stored(gateway)).toMatchObject({ spec: { tasks: [{ name: 'worker' }] } });
  });

  it('passes the options of a patch to the API server', async () => {
    await using gateway = await startWith(train);
    const options = { fieldManager: 'ada', fieldValidation: 'WARN' };
    await patch(gateway, { type: 'MERGE', patch: { metadata: { labels: { app: 'x' } } }, ...options });
    await patch(gateway, { type: 'APPLY', patch: { metadata: { labels: { app: 'y' } } }, ...options, force: true });
    const asked = gateway.cluster.requests.filter(({ verb }) => verb === 'patch').map(({ url }) => url);
    const path = '/apis/batch.volcano.sh/v1alpha1/namespaces/team-a/jobs/train';
    expect(asked).toEqual([
      `${path}?fieldManager=ada&fieldValidation=Warn`,
      `${path}?fieldManager=ada&fieldValidation=Warn&force=true`,
    ]);
  });

  it('returns CONFLICT when the job has changed since', async () => {
    await using gateway = await startWith(train);
    const body = { metadata: { labels: { app: 'x' } } };
    const { errors } = await patch(gateway, { type: 'MERGE', patch: body, resourceVersion: '1' });
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', status: 409 } }]);
  });

  it.each([
    [400, 'BadRequest', 'BAD_REQUEST'],
    [401, 'Unauthorized', 'UNAUTHENTICATED'],
    [403, 'Forbidden', 'FORBIDDEN'],
    [405, 'MethodNotAllowed', 'METHOD_NOT_ALLOWED'],
    [406, 'NotAcceptable', 'NOT_ACCEPTABLE'],
    [409, 'Conflict', 'CONFLICT'],
    [409, 'AlreadyExists', 'ALREADY_EXISTS'],
    [415, 'UnsupportedMediaType', 'UNSUPPORTED_MEDIA_TYPE'],
    [422, 'Invalid', 'INVALID'],
    [429, 'TooManyRequests', 'RATE_LIMITED'],
    [500, 'InternalError', 'INTERNAL'],
    [500, 'ServerTimeout', 'TIMEOUT'],
    [503, 'ServiceUnavailable', 'UNAVAILABLE'],
    [504, 'ServerTimeout', 'TIMEOUT'],
    [504, 'Timeout', 'TIMEOUT'],
  ])('maps HTTP %i %s to %s', async (status, reason, code) => {
    await using gateway = await startWith(train);
    gateway.cluster.faults.refuse({
      status,
      reason,
      retryAfterSeconds: 7,
      message: `It was ${reason}.`,
      when: ({ method }) => method === 'PATCH',
    });
    const { data, errors } = await patch(gateway, { type: 'MERGE', patch: {} });
    expect(data).toEqual({ patchVolcanoJob: null });
    expect(errors).toMatchObject([
      {
        message: `It was ${reason}.`,
        path: ['patchVolcanoJob'],
        extensions: { code, status, reason, retryAfterSeconds: 7 },
      },
    ]);
  });

  it('returns errors of the gateway for a missing job and for malformed patches, with the path', async () => {
    await using gateway = await startWith(train);
    const failed = { type: 'JSON', patch: [{ op: 'test', path: '/spec/minAvailable', value: 5 }] };
    const answers = [
      await patch(gateway, { name: 'missing', type: 'MERGE', patch: {} }),
      await patch(gateway, { type: 'JSON', patch: { op: 'add' } }),
      await patch(gateway, failed),
    ];
    expect(answers.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual([
      'NOT_FOUND',
      'BAD_REQUEST',
      'INVALID',
    ]);
  });
});

describe('suspendVolcanoJob and resumeVolcanoJob', () => {
  it.each([
    ['suspend', 'Running', 'AbortJob'],
    ['resume', 'Aborted', 'ResumeJob'],
  ] as const)('creates a command to %s a job', async (verb, phase, action) => {
    await using gateway = await startWith(inPhase(phase));
    const { data, errors } = await request(gateway, verb);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ [`${verb}VolcanoJob`]: { volcanoJob: { name: 'train', phase }, warnings: [] } });
    const { uid } = gateway.cluster.get('batch.volcano.sh/v1alpha1', 'Job', 'train', 'team-a')?.metadata ?? {};
    const target = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', name: 'train', uid, controller: true };
    expect(commands(gateway)).toMatchObject([
      {
        metadata: {
          name: expect.stringMatching(new RegExp(`^train-${action.toLowerCase()}-`, 'u')),
          ownerReferences: [target],
        },
        action,
        target,
      },
    ]);
  });

  it.each([
    ['suspend', 'Aborted'],
    ['suspend', 'Restarting'],
    ['suspend', 'Completed'],
    ['resume', 'Running'],
    ['resume', 'Failed'],
  ] as const)('returns CONFLICT for %s in phase %s', async (verb, phase) => {
    await using gateway = await startWith(inPhase(phase));
    const { errors } = await request(gateway, verb);
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT', kind: 'Job', ...AT, phase } }]);
    expect(commands(gateway)).toEqual([]);
  });

  it.each(['suspend', 'resume'] as const)('returns CONFLICT for %s of a job that is being deleted', async (verb) => {
    const phase = verb === 'suspend' ? 'Running' : 'Aborted';
    const metadata = { finalizers: ['example.com/a'], deletionTimestamp: '2026-11-25T10:00:00Z' };
    await using gateway = await startWith(volcanoJob('train', { metadata, status: { state: { phase } } }));
    const { errors } = await request(gateway, verb);
    expect(errors).toMatchObject([
      { message: expect.stringContaining('it is being deleted'), extensions: { code: 'CONFLICT', ...AT } },
    ]);
    expect(commands(gateway)).toEqual([]);
  });

  it.each([
    [1, 3, []],
    [2, 3, [expect.stringContaining('has used 2 of 3 retries')]],
    [3, 3, [expect.stringContaining('has used 3 of 3 retries')]],
    [3, undefined, [expect.stringContaining('has used 3 of 3 retries')]],
    [3, 5, []],
  ])('warns when a job with %i used retries of %j is resumed: %j', async (retryCount, maxRetry, warnings) => {
    const job = inPhase('Aborted');
    const spec = Object(job['spec']);
    const status = Object(job['status']);
    await using gateway = await startWith({
      ...job,
      spec: { ...spec, maxRetry },
      status: { ...status, retryCount },
    });
    const { data } = await request(gateway, 'resume');
    expect(data).toMatchObject({ resumeVolcanoJob: { warnings } });
  });

  it('creates no command in a dry run, and sends one in an unknown phase', async () => {
    await using gateway = await startWith(inPhase('Dreaming'));
    expect((await request(gateway, 'suspend', { dryRun: true })).errors).toBeUndefined();
    expect(commands(gateway)).toEqual([]);
    expect((await request(gateway, 'suspend')).errors).toBeUndefined();
    expect(commands(gateway)).toHaveLength(1);
  });

  it('returns NOT_FOUND for a missing job, and KIND_UNAVAILABLE when the cluster serves no commands', async () => {
    await using gateway = await startTestGateway({ objects: [volcanoJobCrd, namespace('team-a'), inPhase('Running')] });
    const answers = [await request(gateway, 'suspend', { name: 'missing' }), await request(gateway, 'suspend')];
    expect(answers.map(({ errors }) => errors?.[0]?.extensions)).toMatchObject([
      { code: 'NOT_FOUND', kind: 'Job', name: 'missing' },
      { code: 'KIND_UNAVAILABLE', kind: 'Command' },
    ]);
  });
});

function patchedBy(type: string, body: unknown): object {
  return { namespace: 'team-a', name: 'openmpi-hello-2-com', type, patch: body };
}

async function request(gateway: SimulatedGateway, verb: 'suspend' | 'resume', input: object = {}): Promise<Answer> {
  const type = verb === 'suspend' ? 'SuspendVolcanoJobInput' : 'ResumeVolcanoJobInput';
  const selection = 'volcanoJob { name phase } warnings';
  return gateway.query(`mutation ($input: ${type}!) { ${verb}VolcanoJob(input: $input) { ${selection} } }`, {
    input: { ...AT, ...input },
  });
}

function inPhase(phase: string): Manifest {
  return volcanoJob('train', { status: { state: { phase } } });
}

function commands({ cluster }: SimulatedGateway): readonly object[] {
  return cluster.list('bus.volcano.sh/v1alpha1', 'Command', 'team-a');
}
