import { afterEach, describe, expect, it } from 'vitest';
import { devPodWorkspaceInstanceCrd } from '../support/crds/dev-pod-workspace-instance.ts';
import { oldWorkspaceKindCrd } from '../support/crds/old-workspace-kind.ts';
import { oldWorkspaceCrd } from '../support/crds/old-workspace.ts';
import { volcanoCommandCrd, volcanoJobCrd } from '../../dev/demo/crds/volcano.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { applyMergePatch } from '../../dev/simulator/patch.ts';
import { workspaceKind } from '../support/manifests.ts';
import { causesIn, conditionsIn, DEFINITIONS } from './api-client.ts';
import { describeOnClusters } from './clusters.ts';
import { Kubectl, kubectlMissing } from './kubectl.ts';

const definitions: readonly (readonly [string, Manifest])[] = [
  ['Workspace', workspaceCrd],
  ['WorkspaceKind', workspaceKindCrd],
  ['the earlier Workspace', oldWorkspaceCrd],
  ['the earlier WorkspaceKind', oldWorkspaceKindCrd],
  ['DevPodWorkspaceInstance', devPodWorkspaceInstanceCrd],
  ['Volcano Job', volcanoJobCrd],
  ['Volcano Command', volcanoCommandCrd],
];

const KINDS = '/apis/kubeflow.org/v1beta1/workspacekinds';
const PICTURES = `must specify exactly one of 'url' or 'configMap'`;
const MATCHES = `must specify exactly one of 'matchNamespace', 'matchImageConfig', or 'matchPodConfig'`;
const configMap = { name: 'icons', namespace: 'default', key: 'icon.svg', mediaType: 'image/svg+xml' };
const selector = { selector: { matchLabels: { a: 'b' } } };

/** Changes of a valid WorkspaceKind that violate rules, with the fields and messages of the causes. */
const refusals: readonly (readonly [title: string, change: object, causes: readonly string[]])[] = [
  ['an icon without a source', spawner({ icon: { url: null } }), [`spec.spawner.icon: ${PICTURES}`]],
  ['a logo with two sources', spawner({ logo: { configMap } }), [`spec.spawner.logo: ${PICTURES}`]],
  [
    'a probe without a method',
    probe({}),
    [`spec.podTemplate.activityProbe: must specify exactly one of 'podExec' or 'jupyter'`],
  ],
  [
    'a probe with two methods, one of them ineffective',
    probe({ podExec: { script: 'true' }, jupyter: { lastActivity: false, portId: 'lab' } }),
    [
      `spec.podTemplate.activityProbe: must specify exactly one of 'podExec' or 'jupyter'`,
      `spec.podTemplate.activityProbe.jupyter: 'lastActivity' must be true`,
    ],
  ],
  [
    'probes that are farther apart at least than at most',
    probe({ podExec: { script: 'true' }, minProbeIntervalSeconds: 20, probeIntervalSeconds: 10 }),
    ['spec.podTemplate.activityProbe: minProbeIntervalSeconds must be less than or equal to probeIntervalSeconds'],
  ],
  [
    'an activity rule without an effect',
    { activityRules: [{ config: { secondsSinceActive: 60 }, effect: {} }] },
    ['spec.activityRules[0].effect: must specify at least one effect'],
  ],
  [
    'a filter rule without an effect',
    filter({}),
    [`spec.filterRules[0].effect: must specify at least one of 'ui' or 'api'`],
  ],
  [
    'a message of a denial that is none',
    filter({ api: { denyMessage: { text: 'No.' } } }),
    [`spec.filterRules[0].effect.api: 'denyMessage' may only be set when 'deny' is true`],
  ],
  ['a match of nothing', filter({ ui: { hide: true } }, {}), [`spec.filterRules[0].match[0]: ${MATCHES}`]],
  [
    'a match of two things',
    filter({ ui: { hide: true } }, { matchNamespace: selector, matchPodConfig: selector }),
    [`spec.filterRules[0].match[0]: ${MATCHES}`],
  ],
];

/** Changes of a valid WorkspaceKind that the same rules accept. */
const acceptances: readonly (readonly [title: string, change: object])[] = [
  ['an icon from a config map', spawner({ icon: { url: null, configMap } })],
  ['a probe by a script', probe({ podExec: { script: 'true' } })],
  ['a probe of Jupyter', probe({ jupyter: { lastActivity: true, portId: 'lab' } })],
  ['an activity rule', { activityRules: [{ config: { secondsSinceActive: 60 }, effect: { pauseWorkspace: false } }] }],
  ['a denial with a message', filter({ api: { deny: true, denyMessage: { text: 'No.' } } })],
  ['a match of one thing', filter({ ui: { hide: true } }, { matchImageConfig: selector })],
];

if (kubectlMissing) console.warn(`The definitions of the demo are not applied with kubectl: ${kubectlMissing}.`);

describeOnClusters('the definitions of the demo', (cluster) => {
  afterEach(async () => {
    const { api } = cluster();
    for (const [, { metadata }] of definitions) await api.delete(`${DEFINITIONS}/${metadata.name}`);
    for (const [, { metadata }] of definitions) await api.definitionEnds(metadata.name ?? '');
  });

  it.each(definitions)('establishes the definition of %s without a warning', async (_, definition) => {
    const { api } = cluster();
    const { code, headers } = await api.post(`${DEFINITIONS}?fieldValidation=Strict&dryRun=All`, definition);
    expect([code, headers['warning']]).toEqual([201, undefined]);
    await api.define(definition);
    const conditions = conditionsIn(await api.get(`${DEFINITIONS}/${definition.metadata.name}`));
    expect(conditions).toContain('Established True');
    expect(conditions).not.toContain('NonStructuralSchema True');
  });

  describe.skipIf(kubectlMissing)('with kubectl', () => {
    it.each(definitions)('applies the definition of %s twice without a change', async (_, definition) => {
      await using shell = await Kubectl.for(cluster().kubeconfig);
      const file = await shell.save(definition);
      const name = `customresourcedefinition.apiextensions.k8s.io/${definition.metadata.name}`;
      expect(await shell.run('apply', '-f', file)).toBe(`${name} created\n`);
      await shell.run('wait', '--for=condition=Established', '--timeout=20s', name);
      expect(await shell.run('apply', '-f', file)).toBe(`${name} unchanged\n`);
    });
  });

  it.each(refusals)('rejects a WorkspaceKind with %s', async (_, change, causes) => {
    const { api } = cluster();
    await api.define(workspaceKindCrd);
    const { code, body } = await api.post(KINDS, changed(change));
    const found = body.details?.causes?.map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
    const value = cluster().minorVersion < 37 ? ' "object":' : '';
    const expected = causes.map((cause) => `FieldValueInvalid ${cause.replace(': ', `: Invalid value:${value} `)}`);
    expect([code, found?.toSorted()]).toEqual([422, expected.toSorted()]);
  });

  it('rejects a WorkspaceKind with a request that is no quantity', async () => {
    const { api } = cluster();
    await api.define(workspaceKindCrd);
    const size = { id: 'tiny', spawner: { displayName: 'Tiny' }, spec: { resources: { requests: { cpu: 'lots' } } } };
    const answer = await api.post(KINDS, changed({ podTemplate: { options: { podConfig: { values: [size] } } } }));
    const field = 'spec.podTemplate.options.podConfig.values[0].spec.resources.requests.cpu';
    expect(causesIn(answer)).toContain(`FieldValueInvalid ${field}`);
  });

  it.each(acceptances)('accepts a WorkspaceKind with %s', async (_, change) => {
    const { api } = cluster();
    await api.define(workspaceKindCrd);
    const { code, text } = await api.post(KINDS, changed(change));
    expect([code, text]).toEqual([201, expect.any(String)]);
  });

  it.each([
    ['new', workspaceKindCrd],
    ['earlier', oldWorkspaceKindCrd],
  ])('rejects another home directory in the %s WorkspaceKind', async (_, definition) => {
    const { api } = cluster();
    await api.define(definition);
    const isOld = definition === oldWorkspaceKindCrd;
    await api.create(KINDS, isOld ? earlierKind() : changed({}));
    const change = { spec: { podTemplate: { volumeMounts: { home: '/elsewhere' } } } };
    const value = cluster().minorVersion < 37 ? 'string' : '/elsewhere';
    const { body } = await api.patch(`${KINDS}/kind`, 'MERGE', change);
    expect(body).toMatchObject({
      code: 422,
      message: `WorkspaceKind.kubeflow.org "kind" is invalid: spec.podTemplate.volumeMounts.home: Invalid value: "${value}": mount path of 'home' is immutable`,
    });
  });
});

function spawner(change: object): object {
  return { spawner: change };
}

function probe(activityProbe: object): object {
  return { podTemplate: { activityProbe } };
}

function filter(effect: object, match: object = { matchPodConfig: selector }): object {
  return { filterRules: [{ scope: 'POD_CONFIG', effect, match: [match] }] };
}

function changed(change: object): Manifest {
  return applyMergePatch(workspaceKind('kind'), { spec: change }) as Manifest;
}

/** Returns a WorkspaceKind in the earlier form: ports defined in images, a service account and a probe. */
function earlierKind(): Manifest {
  const { spec } = workspaceKind('kind') as { readonly spec?: unknown };
  const options = Object(spec).podTemplate.options;
  const port = { id: 'lab', port: 8888, displayName: 'JupyterLab', protocol: 'HTTP' };
  const values = options.imageConfig.values.map((value: { readonly spec: object }) => ({
    ...value,
    spec: { ...value.spec, ports: [port] },
  }));
  const podTemplate = {
    serviceAccount: { name: 'default-editor' },
    volumeMounts: { home: '/home/jovyan' },
    options: { ...options, imageConfig: { ...options.imageConfig, values } },
  };
  const kind = workspaceKind('kind');
  return { ...kind, spec: { spawner: Object(spec).spawner, podTemplate } };
}
