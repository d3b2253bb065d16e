import { expect, it } from 'vitest';
import { causesIn, namesIn, versionOf } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  String.raw`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const QUALIFIED =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const FINALIZER = 'name is neither a standard finalizer name nor is it fully qualified';

export function writes(cluster: () => Cluster): void {
  creation(cluster);
  metadataErrors(cluster);
  missingNamespaces(cluster);
  updates(cluster);
  statusAndGeneration(cluster);
  dryRuns(cluster);
}

function creation(cluster: () => Cluster): void {
  it('creates an object with generation 1 and without its status', async () => {
    const team = await TestNamespace.in(cluster());
    const { code, body } = await team.api.post(team.workspaces, team.manifest('nb', { state: 'Running' }));
    const metadata = { name: 'nb', namespace: team.name, generation: 1, uid: expect.any(String) };
    expect({ code, body }).toMatchObject({ code: 201, body: { metadata } });
    expect(body).not.toHaveProperty('status');
  });

  it('returns 409 when the created object exists', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    expect(await team.api.post(team.workspaces, team.manifest('nb'))).toMatchObject({
      code: 409,
      body: {
        reason: 'AlreadyExists',
        message: 'workspaces.kubeflow.org "nb" already exists',
        details: { name: 'nb', group: 'kubeflow.org', kind: 'workspaces' },
      },
    });
  });

  it('generates a name from generateName', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata, ...rest } = team.manifest('nb');
    const { body } = await team.api.post(team.workspaces, { ...rest, metadata: { generateName: 'nb-' } });
    expect(metadata.name).toBe('nb');
    expect(body.metadata).toMatchObject({ name: expect.stringMatching(/^nb-[a-z0-9]{5}$/u), generateName: 'nb-' });
  });

  it('rejects invalid names, labels and versions', async () => {
    const team = await TestNamespace.in(cluster());
    const causesOf = async (manifest: unknown) => causesIn(await team.api.post(team.workspaces, manifest));
    expect(await causesOf(team.manifest('Not_A_Name'))).toEqual(['FieldValueInvalid metadata.name']);
    expect(await causesOf(team.manifest('nb', { labels: { 'a b': 'c' } }))).toEqual([
      'FieldValueInvalid metadata.labels',
    ]);
    expect(await causesOf(team.manifest('nb', { labels: { a: '-c' } }))).toEqual(['FieldValueInvalid metadata.labels']);
  });
}

function metadataErrors(cluster: () => Cluster): void {
  it.each([
    [{}, ['metadata.name: Required value: name or generateName is required']],
    [{ name: 'A' }, [`metadata.name: Invalid value: "A": ${SUBDOMAIN}`]],
    [{ generateName: '-' }, ['metadata.generateName: Invalid value: "-"', 'metadata.name: Invalid value: "-']],
    [{ name: 'a'.repeat(254) }, [': must be no more than 253 characters']],
    [{ name: 'a', labels: { 'a b': '' } }, [`metadata.labels: Invalid value: "a b": name part ${QUALIFIED}`]],
    [{ name: 'a', labels: { '/b': '' } }, ['metadata.labels: Invalid value: "/b": prefix part must be non-empty']],
    [{ name: 'a', labels: { 'A/b': '' } }, [`metadata.labels: Invalid value: "A/b": prefix part ${SUBDOMAIN}`]],
    [{ name: 'a', annotations: { 'a b': '' } }, [`metadata.annotations: Invalid value: "a b": name part ${QUALIFIED}`]],
    [{ name: 'a', finalizers: ['x'] }, [`metadata.finalizers[0]: Invalid value: "x": ${FINALIZER}`]],
  ])('returns causes when the metadata is %j', async (metadata, messages) => {
    const { api } = cluster();
    const { body } = await api.post('/api/v1/namespaces/default/configmaps', { metadata });
    const reported = body.details?.causes?.map(({ field, message }) => `${field}: ${message}`) ?? [];
    expect(reported).toEqual(messages.map((message) => expect.stringContaining(message)));
  });

  it('returns the message of its version when a label is invalid', async () => {
    const { api, minorVersion } = cluster();
    const [term, unit] = minorVersion > 34 ? ['valid label key', 'bytes'] : ['qualified name', 'characters'];
    const messageFor = async (labels: object) => {
      const answer = await api.post('/api/v1/namespaces/default/configmaps', { metadata: { name: 'a', labels } });
      return answer.body.details?.causes?.[0]?.message;
    };
    expect(await messageFor({ 'a/b/c': '' })).toContain(`a ${term} must consist of alphanumeric characters`);
    expect(await messageFor({ a: 'b'.repeat(64) })).toMatch(new RegExp(`: must be no more than 63 ${unit}$`, 'u'));
  });

  it('rejects an object when its namespace, kind or apiVersion differs from the path', async () => {
    const team = await TestNamespace.in(cluster());
    const codeOf = async (manifest: unknown) => (await team.api.post(team.workspaces, manifest)).code;
    expect(await codeOf({ ...team.manifest('nb'), metadata: { name: 'nb', namespace: 'elsewhere' } })).toBe(400);
    expect(await codeOf({ ...team.manifest('nb'), apiVersion: 'kubeflow.org/v9' })).toBe(400);
    expect(await codeOf({ ...team.manifest('nb'), kind: undefined })).toBe(400);
    expect((await team.api.post(team.workspaces, { metadata: {} })).body.message).toBe(
      `the object provided is unrecognized (must be of type Workspace): Object 'Kind' is missing in '{"metadata":{}}' ({"metadata":{}})`,
    );
    expect(await codeOf('{"apiVersion')).toBe(400);
    expect((await team.api.send('POST', team.workspaces, { body: '{}', contentType: 'text/plain' })).code).toBe(415);
  });
}

function missingNamespaces(cluster: () => Cluster): void {
  it('returns 404 when the namespace of a new object does not exist', async () => {
    const path = '/apis/kubeflow.org/v1beta1/namespaces/nowhere/workspaces';
    const team = await TestNamespace.in(cluster());
    const manifest = { ...team.manifest('nb'), metadata: { name: 'nb' } };
    expect((await team.api.post(path, manifest)).body).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
      details: { name: 'nowhere', kind: 'namespaces' },
    });
  });

  it('returns 403 when the namespace of a new object is terminating', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('last');
    await team.change('last', { metadata: { finalizers: ['example.org/hold'] } });
    await team.api.delete(`/api/v1/namespaces/${team.name}`);
    const late = await team.api.post(team.workspaces, team.manifest('late'));
    expect(late).toMatchObject({ code: 403, body: { reason: 'Forbidden', details: { name: 'late' } } });
    expect(causesIn(late)).toEqual(['NamespaceTerminating metadata.namespace']);
    await team.change('last', { metadata: { finalizers: null } });
  });
}

function updates(cluster: () => Cluster): void {
  it('returns 409 when an update has an outdated resourceVersion', async () => {
    const team = await TestNamespace.in(cluster());
    const seen = await team.create('nb');
    await team.change('nb', { spec: { paused: true } });
    const unversioned = await team.api.put(team.pathOf('nb'), team.manifest('nb'));
    expect([unversioned.code, causesIn(unversioned)]).toEqual([422, ['FieldValueInvalid metadata.resourceVersion']]);
    expect(await team.api.put(team.pathOf('nb'), seen)).toMatchObject({
      code: 409,
      body: {
        reason: 'Conflict',
        message: expect.stringMatching(
          /^Operation cannot be fulfilled on workspaces\.kubeflow\.org "nb": the object has been modified/u,
        ),
        details: { name: 'nb', group: 'kubeflow.org', kind: 'workspaces' },
      },
    });
    const { body } = await team.api.get(team.pathOf('nb'));
    const replaced = await team.api.put(team.pathOf('nb'), { ...body, spec: { ...body.spec, paused: false } });
    expect(replaced).toMatchObject({ code: 200, body: { metadata: { generation: 3 }, spec: { paused: false } } });
  });

  it('rejects an update when the object is missing or its name or uid differs', async () => {
    const team = await TestNamespace.in(cluster());
    const seen = await team.create('nb');
    const other = { ...team.manifest('other'), metadata: { name: 'other', resourceVersion: '1' } };
    expect((await team.api.put(team.pathOf('other'), other)).code).toBe(404);
    expect((await team.api.put(team.pathOf('other'), seen)).code).toBe(400);
    const twin = { ...seen, metadata: { ...seen.metadata, uid: 'another' } };
    expect(await team.api.put(team.pathOf('nb'), twin)).toMatchObject({ code: 409, body: { reason: 'Conflict' } });
  });
}

function statusAndGeneration(cluster: () => Cluster): void {
  it('ignores the status in an update, and the spec in a status update', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const { status } = team.manifest('nb', { state: 'Paused' });
    const change = { spec: { paused: true }, status, metadata: { annotations: { by: 'me' } } };
    const reported = await team.api.patch(`${team.pathOf('nb')}/status`, 'MERGE', change);
    expect(reported.body).toMatchObject({
      spec: { paused: false },
      status: { state: 'Paused' },
      metadata: { generation: 1 },
    });
    const asked = await team.api.patch(team.pathOf('nb'), 'MERGE', { ...change, status: { state: 'Error' } });
    expect(asked.body).toMatchObject({
      spec: { paused: true },
      status: { state: 'Paused' },
      metadata: { generation: 2 },
    });
  });

  it('increments the generation only when the spec changes', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    const generationAfter = async (change: object) => (await team.change('nb', change)).metadata?.generation;
    expect(await generationAfter({ metadata: { labels: { a: '1' }, annotations: { b: '2' } } })).toBe(1);
    expect(await generationAfter({ spec: { paused: true } })).toBe(2);
    expect(await generationAfter({ spec: { paused: true } })).toBe(2);
    expect((await team.report('nb', 'Paused')).metadata?.generation).toBe(2);
  });

  it('supports only get, update and patch for the status', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb', { state: 'Running' });
    const status = `${team.pathOf('nb')}/status`;
    expect((await team.api.get(status)).body).toMatchObject({ kind: 'Workspace', status: { state: 'Running' } });
    expect([(await team.api.post(status, {})).code, (await team.api.delete(status)).code]).toEqual([405, 405]);
    expect((await team.api.get(`${team.pathOf('nb')}/scale`)).code).toBe(404);
  });
}

function dryRuns(cluster: () => Cluster): void {
  it('changes nothing in a dry run, but returns the result', async () => {
    const team = await TestNamespace.in(cluster());
    const created = await team.api.post(`${team.workspaces}?dryRun=All`, team.manifest('nb'));
    expect(created).toMatchObject({ code: 201, body: { metadata: { name: 'nb' } } });
    expect(namesIn(await team.api.get(team.workspaces))).toEqual([]);
    await team.create('nb');
    const before = versionOf(await team.api.get(team.pathOf('nb')));
    const patched = await team.api.patch(`${team.pathOf('nb')}?dryRun=All`, 'MERGE', { spec: { paused: true } });
    expect(patched.body).toMatchObject({ spec: { paused: true }, metadata: { generation: 2 } });
    expect((await team.api.delete(`${team.pathOf('nb')}?dryRun=All`)).code).toBe(200);
    expect((await team.api.delete(`${team.workspaces}?dryRun=All`)).code).toBe(200);
    expect(versionOf(await team.api.get(team.pathOf('nb')))).toBe(before);
    expect((await team.api.post(`${team.workspaces}?dryRun=Some`, team.manifest('nb'))).body).toMatchObject({
      code: 422,
      message: 'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    });
  });

  it('rejects invalid objects in a dry run', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('nb');
    expect((await team.api.post(`${team.workspaces}?dryRun=All`, team.manifest('nb'))).code).toBe(409);
    expect((await team.api.post(`${team.workspaces}?dryRun=All`, team.manifest('b', { kind: 'A B' }))).code).toBe(422);
  });
}
