import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import type { Rule } from '../support/access/grants.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { claim, secret } from '../support/mounts.ts';
import type { Answer } from '../support/test-gateway.ts';
import { startViewerFixture, viewerModes, type ViewerMode, type ViewerFixture } from '../support/viewer-modes.ts';
import {
  inputPath,
  storedWorkspace,
  workspaceWrites,
  writeWorkspace,
  type PodTemplatePart,
  type WorkspaceWrite,
} from '../support/workspace-writes.ts';

const READ = ['get', 'list', 'watch'];

/** Allows Alice to read and write workspaces, and to read the claims and secrets named `readable-…`. */
const rights: readonly Rule[] = [
  { apiGroups: ['', 'kubeflow.org'], resources: ['workspaces', 'workspacekinds', 'namespaces'], verbs: READ },
  { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['create', 'update', 'patch'] },
  {
    apiGroups: [''],
    resources: ['secrets', 'persistentvolumeclaims'],
    verbs: ['get'],
    resourceNames: ['readable-labelled', 'readable-unlabelled', 'readable-missing'],
  },
];

const states = ['labelled', 'unlabelled', 'missing'] as const;
const targets = states.flatMap((state) => [`readable-${state}`, `unreadable-${state}`]);
const existing = targets.filter((name) => !name.endsWith('-missing'));
const mountable = existing.flatMap((name) => {
  const labels = name.endsWith('-labelled') ? undefined : { 'notebooks.kubeflow.org/can-mount': 'yes' };
  return [claim(name, labels), secret(name, labels)];
});

const kinds = ['PersistentVolumeClaim', 'Secret'] as const;
type Kind = (typeof kinds)[number];

function mounting(kind: Kind, name: string): PodTemplatePart {
  const mountPath = '/mounted';
  return kind === 'Secret' ? { secrets: [{ secretName: name, mountPath }] } : { data: [{ pvcName: name, mountPath }] };
}

function fieldOf(kind: Kind): string {
  return `spec.podTemplate.volumes.${kind === 'Secret' ? 'secrets[0].secretName' : 'data[0].pvcName'}`;
}

interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/** Expected error code, or undefined if the object can be mounted. */
function refusalOf(mode: ViewerMode, kind: Kind, target: string): Refusal | undefined {
  const which = `${kind} "${target}"`;
  const label = 'notebooks.kubeflow.org/can-mount=true';
  if (mode === 'header') {
    if (target.endsWith('-labelled')) return undefined;
    const wanted = `expected the name of a ${kind} in namespace "team-a" that is labeled with ${label}`;
    return { reason: 'FieldValueForbidden', message: `${which} cannot be mounted: ${wanted}` };
  }
  if (target.startsWith('unreadable')) {
    const why = `you may not get ${kind.toLowerCase()}s in namespace "team-a"`;
    return { reason: 'FieldValueForbidden', message: `${which} cannot be mounted: ${why}` };
  }
  if (target === 'readable-unlabelled')
    return { reason: 'FieldValueForbidden', message: `${which} is not labeled with ${label}` };
  if (target === 'readable-missing')
    return { reason: 'FieldValueInvalid', message: `${which} not found in namespace "team-a"` };
  return undefined;
}

const cases = workspaceWrites.flatMap((way) =>
  kinds.flatMap((kind) => targets.map((target) => ({ way, kind, target, name: nameOf(way, kind, target) }))),
);

function nameOf(way: WorkspaceWrite, kind: Kind, target: string): string {
  return `${way}-${kind === 'Secret' ? 'secret' : 'claim'}-${target}`.toLowerCase();
}

function isNew(way: WorkspaceWrite): boolean {
  return way === 'create' || way === 'APPLY-new';
}

const base = [namespace('team-a'), workspaceKind('jupyterlab'), ...mountable];

function start(mode: ViewerMode, objects: readonly Manifest[] = [], more: object = {}): Promise<ViewerFixture> {
  return startViewerFixture(mode, { objects: [...base, ...objects], rights, ...more });
}

function setMounts(fixture: ViewerFixture, way: WorkspaceWrite, name: string, part: PodTemplatePart): Promise<Answer> {
  return writeWorkspace(
    way,
    { cluster: fixture.cluster, send: (...request) => fixture.alice.ask(...request), name },
    part,
  );
}

function volumesOf(object: WorkspaceObject): unknown {
  return specOf(object).podTemplate?.volumes;
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

describe.each(viewerModes)('mounts in mode %s', (mode) => {
  let fixture: ViewerFixture;
  beforeAll(async () => {
    const old = cases.filter((each) => !isNew(each.way)).map(({ name }) => workspace(name));
    fixture = await start(mode, old);
  });
  afterAll(() => fixture[Symbol.asyncDispose]());

  const isAllowed = ({ kind, target }: (typeof cases)[number]) => refusalOf(mode, kind, target) === undefined;

  it.each(cases.filter(isAllowed))(
    'mounts the $kind $target when written by $way',
    async ({ way, kind, target, name }) => {
      expect((await setMounts(fixture, way, name, mounting(kind, target))).errors).toBeUndefined();
      expect(volumesOf(storedWorkspace(fixture.cluster, name))).toMatchObject(mounting(kind, target));
    },
  );

  it.each(cases.filter((each) => !isAllowed(each)))(
    'refuses that $way mounts the $kind $target',
    async ({ way, kind, target, name }) => {
      const before = isNew(way) ? undefined : storedWorkspace(fixture.cluster, name);
      const answer = await setMounts(fixture, way, name, mounting(kind, target));
      expect(answer.errors).toMatchObject([{ extensions: { code: 'INVALID' } }]);
      const refusal = refusalOf(mode, kind, target);
      expect(causesOf(answer)).toEqual([{ ...refusal, field: inputPath(way, fieldOf(kind)) }]);
      expect(fixture.cluster.get('kubeflow.org/v1beta1', 'Workspace', name, 'team-a')).toEqual(before);
    },
  );
});

describe('mounts in mode header', () => {
  it.each(workspaceWrites)(
    'takes the same steps by %s for a secret that is missing and for one without label',
    async (way) => {
      await using fixture = await start('header', [workspace('nb')]);
      const stepsFor = async (target: string) => {
        const from = fixture.cluster.requests.length;
        await setMounts(fixture, way, isNew(way) ? 'new' : 'nb', mounting('Secret', target));
        return fixture.cluster.requests
          .slice(from)
          .filter(({ url }) => !url.includes('watch=') && !url.includes('accessreviews'))
          .map(({ verb, resource }) => `${verb} ${resource}`);
      };
      await stepsFor('readable-unlabelled'); // fills the caches first
      const steps = await stepsFor('unreadable-unlabelled');
      expect(steps).toContain('get secrets');
      expect(await stepsFor('unreadable-missing')).toEqual(steps);
    },
  );

  it.each([
    ['Secret', 'secrets'],
    ['PersistentVolumeClaim', 'persistentvolumeclaims'],
  ] as const)('returns FORBIDDEN with the role when the gateway may not get a %s', async (kind, plural) => {
    const others = ['secrets', 'persistentvolumeclaims'].filter((other) => other !== plural);
    const gatewayRights = [
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
      {
        apiGroups: ['', 'kubeflow.org'],
        resources: ['workspaces', 'workspacekinds', 'namespaces', ...others],
        verbs: READ,
      },
      { apiGroups: ['kubeflow.org'], resources: ['workspaces'], verbs: ['create', 'update', 'patch'] },
    ];
    await using fixture = await start('header', [workspace('nb')], { gatewayRights });
    for (const way of workspaceWrites) {
      const { errors } = await setMounts(fixture, way, isNew(way) ? 'new' : 'nb', mounting(kind, 'readable-labelled'));
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(
            new RegExp(`^The gateway may not get ${plural} .*deploy/components/mode-header`, 'u'),
          ),
          extensions: { code: 'FORBIDDEN', reason: 'GatewayForbidden', kind },
        },
      ]);
    }
  });
});
