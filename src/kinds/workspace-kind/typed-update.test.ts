import { describe, expect, it } from 'vitest';
import type { WorkspaceKindObject } from './resource.ts';
import { namespace, workspaceKind } from '../../../test/support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../../../test/support/test-gateway.ts';

const UPDATE = 'mutation ($input: UpdateWorkspaceKindInput!) { updateWorkspaceKind(input: $input) { warnings } }';
const objects = [namespace('team-a'), workspaceKind('k')];

function stored({ cluster }: SimulatedGateway): WorkspaceKindObject | undefined {
  return cluster.get('kubeflow.org/v1beta1', 'WorkspaceKind', 'k');
}

/** Returns the template that is stored, whose fields the decoder does not name. */
function templateOf(gateway: SimulatedGateway): unknown {
  return Object(stored(gateway)?.spec)['podTemplate'];
}

/** Changes the WorkspaceKind at its current revision. */
async function update(gateway: SimulatedGateway, change: Readonly<Record<string, unknown>>): Promise<Answer> {
  const { data } = await gateway.query('{ workspaceKind(name: "k") { revision } }');
  const { revision } = Object(data?.['workspaceKind']);
  return gateway.query(UPDATE, { input: { name: 'k', revision, ...change } });
}

/** Returns the fields of the causes of an error. */
function fieldsOf({ errors }: Answer): readonly string[] {
  const causes = errors?.[0]?.extensions['causes'] as readonly { readonly field: string }[] | undefined;
  return (causes ?? []).map(({ field }) => field);
}

describe('updateWorkspaceKind with typed fields', () => {
  it('replaces the options, and keeps the fields of an option that the input does not name', async () => {
    await using gateway = await startTestGateway({ objects });
    const imageConfigs = [
      { optionId: 'scipy-2', description: 'The new one', image: { imagePullPolicy: 'Always' } },
      {
        optionId: 'r',
        displayName: 'RStudio',
        redirectTo: 'scipy-2',
        redirectMessage: { level: 'INFO', text: 'Use SciPy.' },
        image: { image: 'example.com/r:1', ports: [{ portId: 'lab', port: 8787 }] },
      },
    ];
    const { errors } = await update(gateway, { imageConfigs, defaultImageConfig: 'r' });
    expect(errors).toBeUndefined();
    expect(templateOf(gateway)).toMatchObject({
      options: {
        imageConfig: {
          spawner: { default: 'r' },
          values: [
            {
              id: 'scipy-2',
              spawner: { displayName: 'SciPy 2', description: 'The new one' },
              spec: {
                image: 'example.com/scipy-2:latest',
                imagePullPolicy: 'Always',
                ports: [{ id: 'lab', port: 8888 }],
              },
            },
            {
              id: 'r',
              spawner: { displayName: 'RStudio' },
              redirect: { to: 'scipy-2', message: { level: 'Info', text: 'Use SciPy.' } },
              spec: { image: 'example.com/r:1', ports: [{ id: 'lab', port: 8787 }] },
            },
          ],
        },
        podConfig: { spawner: { default: 'tiny' } },
      },
    });
  });

  it.each(['podTemplate', 'imageConfigs', 'podConfigs', 'ports'])(
    'rejects null for %s instead of ignoring it',
    async (field) => {
      await using gateway = await startTestGateway({ objects });
      expect(fieldsOf(await update(gateway, { [field]: null }))).toEqual([`input.${field}`]);
    },
  );

  it('replaces the resources of an option, and removes what is null', async () => {
    await using gateway = await startTestGateway({ objects });
    const pod = { requests: [{ resource: 'cpu', quantity: '1' }], nodeSelector: [{ key: 'zone', value: 'a' }] };
    const big = { optionId: 'big' };
    await update(gateway, { podConfigs: [{ optionId: 'tiny', labels: null, pod }, big] });
    await update(gateway, {
      podConfigs: [
        { optionId: 'tiny', pod: { requests: [{ resource: 'memory', quantity: '2Gi' }], nodeSelector: null } },
        big,
      ],
    });
    const { options } = Object(templateOf(gateway));
    expect(options.podConfig.values).toEqual([
      {
        id: 'tiny',
        spawner: expect.not.objectContaining({ labels: expect.anything() }),
        spec: { resources: { requests: { memory: '2Gi' } } },
      },
      { id: 'big', spawner: expect.objectContaining({ labels: [{ key: 'cpu', value: '4' }] }), spec: {} },
    ]);
  });

  it('changes the pod template: the other probe is removed, labels are replaced, null clears a field', async () => {
    await using gateway = await startTestGateway({ objects });
    const jupyter = { portId: 'lab' };
    const first = {
      podMetadata: { labels: [{ key: 'a', value: 'b' }], annotations: [{ key: 'c', value: 'd' }] },
      activityProbe: { probeIntervalSeconds: 600, jupyter },
      securityContext: { fsGroup: 100 },
      extraEnv: [{ name: 'A', value: 'b' }],
    };
    expect((await update(gateway, { podTemplate: first })).errors).toBeUndefined();
    expect(templateOf(gateway)).toMatchObject({
      podMetadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
      activityProbe: { probeIntervalSeconds: 600, jupyter: { lastActivity: true, portId: 'lab' } },
      securityContext: { fsGroup: 100 },
      extraEnv: [{ name: 'A', value: 'b' }],
    });
    const second = {
      podMetadata: { labels: [{ key: 'x', value: 'y' }] },
      activityProbe: { podExec: { script: 'true' } },
      extraEnv: null,
    };
    expect((await update(gateway, { podTemplate: second })).errors).toBeUndefined();
    const template = Object(templateOf(gateway));
    expect(template).toMatchObject({
      podMetadata: { labels: { x: 'y' }, annotations: { c: 'd' } },
      activityProbe: { probeIntervalSeconds: 600, podExec: { script: 'true' } },
      securityContext: { fsGroup: 100 },
    });
    expect(template.podMetadata.labels).toEqual({ x: 'y' });
    expect(Object.keys(template.activityProbe)).not.toContain('jupyter');
    expect(Object.keys(template)).not.toContain('extraEnv');
  });

  it.each(['securityContext', 'containerSecurityContext'])('replaces the %s', async (field) => {
    await using gateway = await startTestGateway({ objects });
    const before = { runAsUser: 1000, runAsNonRoot: false, seLinuxOptions: { level: 's0', user: 'a' } };
    await update(gateway, { podTemplate: { [field]: before } });
    const after = { runAsUser: 1001, seLinuxOptions: { level: 's1' } };
    expect((await update(gateway, { podTemplate: { [field]: after } })).errors).toBeUndefined();
    expect(Object(templateOf(gateway))[field]).toEqual(after);
    expect((await update(gateway, { podTemplate: { [field]: null } })).errors).toBeUndefined();
    expect(Object(templateOf(gateway))[field]).toBeUndefined();
  });

  it('rejects repeated keys instead of using the last value', async () => {
    await using gateway = await startTestGateway({ objects });
    const twice = [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ];
    const amounts = [
      { resource: 'cpu', quantity: '1' },
      { resource: 'cpu', quantity: '2' },
    ];
    const match = { namespaces: { matchLabels: twice }, podConfigs: { matchLabels: twice } };
    const answer = await update(gateway, {
      podTemplate: { podMetadata: { labels: twice, annotations: twice } },
      podConfigs: [{ optionId: 'tiny', pod: { requests: amounts, limits: amounts, nodeSelector: twice } }],
      activityRules: [{ secondsSinceActive: 60, pauseWorkspace: true, match }],
    });
    expect(fieldsOf(answer)).toEqual([
      'input.podTemplate.podMetadata.labels[1].key',
      'input.podTemplate.podMetadata.annotations[1].key',
      'input.podConfigs[0].pod.requests[1].resource',
      'input.podConfigs[0].pod.limits[1].resource',
      'input.podConfigs[0].pod.nodeSelector[1].key',
      'input.activityRules[0].match.namespaces.matchLabels[1].key',
      'input.activityRules[0].match.podConfigs.matchLabels[1].key',
    ]);
  });

  it('replaces the ports, and keeps the settings of a port that the input does not name', async () => {
    const httpProxy = { removePathPrefix: true };
    const ports = [{ id: 'lab', protocol: 'HTTP', defaultDisplayName: 'JupyterLab', httpProxy }];
    await using gateway = await startTestGateway({ objects });
    const manifest = { spec: { podTemplate: { ports } } };
    expect((await update(gateway, { manifest })).errors).toBeUndefined();
    const change = [
      { portId: 'code', displayName: 'Code' },
      { portId: 'lab', protocol: 'UNKNOWN', displayName: 'Lab' },
    ];
    expect((await update(gateway, { ports: change })).errors).toBeUndefined();
    expect(Object(templateOf(gateway)).ports).toEqual([
      { id: 'code', protocol: 'HTTP', defaultDisplayName: 'Code' },
      { id: 'lab', protocol: 'HTTP', defaultDisplayName: 'Lab', httpProxy },
    ]);
  });

  it('replaces the source of the icon and of the logo', async () => {
    await using gateway = await startTestGateway({ objects });
    const configMap = { namespace: 'kubeflow', name: 'logos', key: 'k.svg' };
    const { errors } = await update(gateway, { icon: { configMap }, logo: { url: 'https://example.com/new.svg' } });
    expect(errors).toBeUndefined();
    const { spawner } = Object(stored(gateway)?.spec);
    expect(spawner.icon).toEqual({ configMap: { ...configMap, mediaType: 'image/svg+xml' } });
    expect(spawner.logo).toEqual({ url: 'https://example.com/new.svg' });
  });

  it('returns all causes with the paths of ports, icon and logo', async () => {
    await using gateway = await startTestGateway({ objects });
    const configMap = { namespace: 'kubeflow', name: 'logos', key: 'not/a/key', mediaType: 'image/png' };
    const url = 'https://example.com/new.svg';
    const answer = await update(gateway, {
      icon: { configMap },
      logo: { url, configMap: { ...configMap, key: 'k', mediaType: 'image/svg+xml' } },
      ports: [
        { portId: 'Not valid', displayName: 'x' },
        { portId: 'new', protocol: 'UNKNOWN' },
      ],
    });
    expect([...new Set(fieldsOf(answer))].sort()).toEqual([
      'input.icon.configMap.key',
      'input.icon.configMap.mediaType',
      'input.ports[0].displayName',
      'input.ports[0].portId',
      'input.ports[1].displayName',
      'input.ports[1].protocol',
    ]);
    const twoSources = { url, configMap: { ...configMap, key: 'k', mediaType: 'image/svg+xml' } };
    expect(fieldsOf(await update(gateway, { logo: twoSources }))).toEqual(['input.logo']);
    expect(fieldsOf(await update(gateway, { logo: {} }))).toEqual(['input.logo']);
    const cleared = await update(gateway, { icon: null, logo: null, ports: null });
    expect(fieldsOf(cleared)).toEqual(['input.icon', 'input.logo', 'input.ports']);
    expect(fieldsOf(await update(gateway, { ports: [] }))).toEqual(['input.ports']);
  });

  it('replaces the activity rules', async () => {
    await using gateway = await startTestGateway({ objects });
    const namespaces = {
      matchLabels: [{ key: 'tier', value: 'dev' }],
      matchExpressions: [{ key: 'team', operator: 'In', values: ['ml'] }],
    };
    const activityRules = [
      { secondsSinceActive: 60, pauseWorkspace: false, match: { namespaces } },
      { secondsSinceActive: 3_600, minRunningSeconds: 300, pauseWorkspace: true },
    ];
    expect((await update(gateway, { activityRules })).errors).toBeUndefined();
    const rules = () => Object(stored(gateway)?.spec)['activityRules'] as unknown;
    expect(rules()).toMatchObject([
      {
        config: { secondsSinceActive: 60 },
        match: {
          matchNamespace: {
            selector: {
              matchLabels: { tier: 'dev' },
              matchExpressions: [{ key: 'team', operator: 'In', values: ['ml'] }],
            },
          },
        },
        effect: { pauseWorkspace: false },
      },
      { config: { secondsSinceActive: 3_600, minRunningSeconds: 300 }, effect: { pauseWorkspace: true } },
    ]);
    expect((await update(gateway, { activityRules: null })).errors).toBeUndefined();
    expect(rules()).toBeUndefined();
  });

  it('returns all causes with the paths of the typed fields, or of the manifest if that has them', async () => {
    await using gateway = await startTestGateway({ objects });
    const imageConfigs = [
      { optionId: 'r', displayName: 'RStudio', image: { image: '', ports: [{ portId: 'lab', port: 0 }] } },
    ];
    const activityRules = [{ secondsSinceActive: 1, pauseWorkspace: true }];
    const typed = await update(gateway, { imageConfigs, activityRules, displayName: 'x' });
    expect(fieldsOf(typed)).toEqual(
      expect.arrayContaining([
        'input.imageConfigs[0].image.image',
        'input.imageConfigs[0].image.ports[0].port',
        'input.activityRules[0].secondsSinceActive',
        'input.displayName',
      ]),
    );
    const rule = { config: { secondsSinceActive: 1 }, effect: { pauseWorkspace: true } };
    const untyped = await update(gateway, { manifest: { spec: { activityRules: [rule] } } });
    expect(fieldsOf(untyped)).toEqual(['input.manifest.spec.activityRules[0].config.secondsSinceActive']);
  });

  it('prefers typed fields to the manifest, and keeps the rest of it', async () => {
    await using gateway = await startTestGateway({ objects });
    const manifest = {
      spec: { podTemplate: { extraEnv: [{ name: 'OLD' }], extraVolumes: [{ name: 'v', emptyDir: {} }] } },
    };
    const { errors } = await update(gateway, { manifest, podTemplate: { extraEnv: [{ name: 'NEW', value: '1' }] } });
    expect(errors).toBeUndefined();
    expect(templateOf(gateway)).toMatchObject({
      extraEnv: [{ name: 'NEW', value: '1' }],
      extraVolumes: [{ name: 'v', emptyDir: {} }],
    });
  });
});
