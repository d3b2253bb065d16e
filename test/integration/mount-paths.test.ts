import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { inputPath, workspaceWrites, writeWorkspace, type PodTemplatePart } from '../support/workspace-writes.ts';

/** WorkspaceKind with the home path `/home/jovyan`, which mounts volumes of its own at `/dev/shm` and `/kind`. */
function mountingKind(): Manifest {
  const { spec, ...kind } = workspaceKind('jupyterlab');
  const { podTemplate, ...rest } = Object(spec);
  const extraVolumes = [{ name: 'shm', emptyDir: {} }];
  const extraVolumeMounts = ['/dev/shm', '/kind'].map((mountPath) => ({ name: 'shm', mountPath }));
  return { ...kind, spec: { ...rest, podTemplate: { ...podTemplate, extraVolumes, extraVolumeMounts } } };
}

function start(...objects: readonly Manifest[]): Promise<SimulatedGateway> {
  return startTestGateway({
    objects: [namespace('team-a'), mountingKind(), claim('data'), secret('token'), ...objects],
  });
}

async function write(gateway: SimulatedGateway, way: (typeof workspaceWrites)[number], part: PodTemplatePart) {
  const name = way === 'create' || way === 'APPLY-new' ? 'new' : 'nb';
  return writeWorkspace(way, { cluster: gateway.cluster, send: (...request) => gateway.query(...request), name }, part);
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

const data = (...paths: string[]) => paths.map((mountPath) => ({ pvcName: 'data', mountPath }));
const secrets = (...paths: string[]) => paths.map((mountPath) => ({ secretName: 'token', mountPath }));
const secretField = 'secrets[0].mountPath';

/** Volumes of a workspace, and the field that is refused, if any. */
const cases: readonly { readonly part: PodTemplatePart; readonly field?: string; readonly why: string }[] = [
  { part: { data: data('/dev/shm') }, why: 'a data volume replaces a volume of the WorkspaceKind' },
  { part: { secrets: secrets('/kind') }, why: 'a secret replaces a volume of the WorkspaceKind' },
  { part: { data: data('/data', '/data/sub') }, why: 'one path is below the other' },
  { part: { data: data('/home/jovyan') }, why: 'there is no home volume' },
  { part: { home: 'data', data: data('/home/jovyan') }, field: 'data[0].mountPath', why: 'data is at the home path' },
  { part: { home: 'data', secrets: secrets('/home/jovyan') }, field: secretField, why: 'a secret is at the home path' },
  { part: { home: 'data', data: data('/home/./jovyan') }, field: 'data[0].mountPath', why: 'a path has /./' },
  { part: { home: 'data', data: data('/home/x/../jovyan') }, field: 'data[0].mountPath', why: 'a path has /../' },
  { part: { home: 'data', data: data('/home//jovyan') }, field: 'data[0].mountPath', why: 'a path has a double slash' },
  {
    part: { home: 'data', data: data('/home/jovyan/') },
    field: 'data[0].mountPath',
    why: 'a path has a trailing slash',
  },
  { part: { data: data('/x'), secrets: secrets('/x') }, field: secretField, why: 'data and a secret have one path' },
  { part: { data: data('/x', '/x//') }, field: 'data[1].mountPath', why: 'two data volumes have one path' },
  { part: { data: data('/x:/y') }, field: 'data[0].mountPath', why: 'the path of data has a colon' },
  { part: { secrets: secrets('/x:ro') }, field: secretField, why: 'the path of a secret has a colon' },
];
const allowed = cases.filter(({ field }) => field === undefined);
const refused = cases.filter(({ field }) => field !== undefined);

describe.each(workspaceWrites)('mount paths written by %s', (way) => {
  it.each(allowed)('accepts mount paths when $why', async ({ part }) => {
    await using gateway = await start(workspace('nb'));
    expect((await write(gateway, way, part)).errors).toBeUndefined();
  });

  it.each(refused)('refuses mount paths when $why', async ({ part, field }) => {
    await using gateway = await start(workspace('nb'));
    const reason = expect.stringMatching(/^FieldValue(?:Duplicate|Invalid)$/u);
    expect(causesOf(await write(gateway, way, part))).toMatchObject([
      { reason, field: inputPath(way, `spec.podTemplate.volumes.${field}`) },
    ]);
  });
});

describe('paths that a workspace has already', () => {
  it.each([
    ['a colon', data('/x:/y')],
    ['the path of another volume', data('/home/./jovyan')],
  ])('keeps the mount paths of a workspace in an update when they have %s', async (_, volumes) => {
    const podTemplate = {
      volumes: { home: 'data', data: volumes },
      options: { imageConfig: 'scipy', podConfig: 'tiny' },
    };
    await using gateway = await start(workspace('nb', { spec: { podTemplate } }));
    expect((await write(gateway, 'MERGE', { data: volumes, podConfig: 'big' })).errors).toBeUndefined();
  });
});

const marks = (...flags: boolean[]) => flags.map((leftOut) => ({ leftOut }));

describe('leftOut', () => {
  it('returns leftOut for each volume after the first at exactly the same path', async () => {
    const volumes = {
      home: 'home',
      data: data('/home/jovyan', '/x', '/dev/shm', '/home/jovyan/'),
      secrets: [...secrets('/x', '/y', '/kind'), { secretName: 'other', mountPath: '/home/jovyan' }],
    };
    const podTemplate = { volumes, options: { imageConfig: 'scipy', podConfig: 'tiny' } };
    await using gateway = await start(workspace('nb', { spec: { podTemplate } }));
    const selection = 'volumes { home { leftOut } data { leftOut } secrets { leftOut } }';
    const { data: answer } = await gateway.query(`{ workspace(namespace: "team-a", name: "nb") { ${selection} } }`);
    expect(answer?.['workspace']).toEqual({
      volumes: {
        home: { leftOut: false },
        data: marks(true, false, false, false),
        secrets: marks(true, false, false, true),
      },
    });
  });
});
