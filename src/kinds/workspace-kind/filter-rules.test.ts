import { describe, expect, it } from 'vitest';
import { expression, workspaceKindWith, option, rule } from '../../../test/support/workspace-kind-options.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const HIDE = { ui: { hide: true } };
const REMOVE = { api: { hide: true } };
const DENY = { api: { deny: true, denyMessage: { text: 'Ask the platform team.' } } };
const isDev = { matchLabels: { tier: 'dev' } };
const isGpu = { matchLabels: { gpu: '1' } };
const isCuda = { matchLabels: { cuda: '12' } };
const everything = {};

const imageConfigs = [option('cuda', { cuda: '12' }), option('plain')];
const podConfigs = [option('gpu', { gpu: '1' }), option('tiny')];

type Rules = readonly Readonly<Record<string, unknown>>[];

/** Returns the options that a kind with these rules offers, in a cluster with a labelled and an unlabelled namespace. */
async function offered(filterRules: Rules, ...selections: readonly string[]): Promise<readonly unknown[]> {
  const kind = workspaceKindWith('k', { imageConfigs, podConfigs, filterRules });
  await using gateway = await startTestGateway({
    objects: [namespace('dev', { tier: 'dev' }), namespace('bare'), kind],
  });
  const lists = selections.map((selection, index) => `list${index}: ${selection}`);
  const { data, errors } = await gateway.query(`{ workspaceKind(name: "k") { ${lists.join(' ')} } }`);
  expect(errors).toBeUndefined();
  return Object.values(data?.['workspaceKind'] as object);
}

/** Returns the pod sizes that are offered when a rule has this effect on those with a GPU. */
async function verdicts(effect: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  const rules = [rule('POD_CONFIG', effect, 'matchPodConfig', isGpu)];
  return offered(rules, 'podConfigs { id hidden denied deniedMessage }');
}

const ids = (...names: readonly string[]) => names.map((id) => ({ id }));

describe('filter rules', () => {
  it('hide, remove or deny an option, with a message', async () => {
    const tiny = { id: 'tiny', hidden: false, denied: false, deniedMessage: null };
    expect(await verdicts(HIDE)).toEqual([[{ ...tiny, id: 'gpu', hidden: true }, tiny]]);
    expect(await verdicts(REMOVE)).toEqual([[tiny]]);
    expect(await verdicts(DENY)).toEqual([
      [{ ...tiny, id: 'gpu', denied: true, deniedMessage: 'Ask the platform team.' }, tiny],
    ]);
  });

  it('return no message when there is none, and when nothing is denied', async () => {
    const silent = rule('POD_CONFIG', { api: { deny: true } }, 'matchPodConfig', isGpu);
    const idle = rule(
      'POD_CONFIG',
      { api: { deny: false, denyMessage: { text: 'no' } } },
      'matchPodConfig',
      everything,
    );
    expect(await offered([silent, idle], 'podConfigs { denied deniedMessage }')).toEqual([
      [
        { denied: true, deniedMessage: null },
        { denied: false, deniedMessage: null },
      ],
    ]);
  });

  it('apply only to objects of their scope', async () => {
    const rules = [
      rule('WORKSPACE_KIND', REMOVE, 'matchNamespace', everything),
      rule('IMAGE_CONFIG', REMOVE, 'matchImageConfig', isCuda),
      rule('SOMETHING_NEW', REMOVE, 'matchNamespace', everything),
    ];
    expect(
      await offered(rules, 'imageConfigs(namespace: "dev") { id }', 'podConfigs(namespace: "dev") { id }'),
    ).toEqual([ids('plain'), ids('gpu', 'tiny')]);
  });

  it('match the labels of the namespace, and none when it is absent or does not exist', async () => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', isDev)];
    const selections = ['dev', 'bare', 'nowhere'].map((name) => `podConfigs(namespace: "${name}") { id }`);
    const both = ids('gpu', 'tiny');
    expect(await offered(rules, 'podConfigs { id }', ...selections)).toEqual([both, [], both, both]);
  });

  it('distinguish a namespace without labels from no namespace', async () => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', expression('tier', 'NotIn', 'dev'))];
    const selections = [
      'podConfigs { id }',
      'podConfigs(namespace: "bare") { id }',
      'podConfigs(namespace: "dev") { id }',
    ];
    const both = ids('gpu', 'tiny');
    expect(await offered(rules, ...selections)).toEqual([both, [], both]);
  });

  it('match the other chosen option, and nothing when there is none', async () => {
    const rules = [
      rule('POD_CONFIG', REMOVE, 'matchImageConfig', expression('cuda', 'DoesNotExist')),
      rule('IMAGE_CONFIG', REMOVE, 'matchPodConfig', isGpu),
    ];
    const pods = ['podConfigs', 'podConfigs(imageConfig: "plain")', 'podConfigs(imageConfig: "cuda")'];
    const images = ['imageConfigs', 'imageConfigs(podConfig: "gpu")', 'imageConfigs(podConfig: "tiny")'];
    const answer = await offered(rules, ...[...pods, ...images].map((list) => `${list} { id }`));
    const [bothPods, bothImages] = [ids('gpu', 'tiny'), ids('cuda', 'plain')];
    expect(answer).toEqual([bothPods, [], bothPods, bothImages, [], bothImages]);
  });

  it('match the labels of the option itself when they have its scope', async () => {
    const rules = [rule('IMAGE_CONFIG', REMOVE, 'matchImageConfig', isCuda)];
    expect(await offered(rules, 'imageConfigs(podConfig: "gpu") { id }')).toEqual([ids('plain')]);
  });

  it('hold when all their conditions hold', async () => {
    const match = [{ matchNamespace: { selector: isDev } }, { matchPodConfig: { selector: isGpu } }];
    const rules = [{ scope: 'POD_CONFIG', effect: REMOVE, match }];
    const selections = ['podConfigs(namespace: "dev") { id }', 'podConfigs(namespace: "bare") { id }'];
    expect(await offered(rules, ...selections)).toEqual([ids('tiny'), ids('gpu', 'tiny')]);
  });

  it('apply only the first rule that holds', async () => {
    const rules = [
      rule('POD_CONFIG', REMOVE, 'matchPodConfig', { matchLabels: { gpu: '2' } }),
      rule('POD_CONFIG', HIDE, 'matchPodConfig', isGpu),
      rule('POD_CONFIG', DENY, 'matchPodConfig', everything),
    ];
    expect(await offered(rules, 'podConfigs { id hidden denied }')).toEqual([
      [
        { id: 'gpu', hidden: true, denied: false },
        { id: 'tiny', hidden: false, denied: true },
      ],
    ]);
  });

  it.each([
    expression('tier', 'In'),
    expression('tier', 'Exists', 'dev'),
    expression('tier', 'Resembles', 'dev'),
    expression('no such key!', 'DoesNotExist'),
    { matchLabels: { tier: 'not a value' } },
  ])('ignore a rule whose selector %j is malformed', async (selector) => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', selector)];
    expect(await offered(rules, 'podConfigs(namespace: "dev") { id }')).toEqual([ids('gpu', 'tiny')]);
  });

  it('ignore a malformed condition when there is another one', async () => {
    const match = [{ matchNamespace: { selector: expression('a', 'In') } }, { matchPodConfig: { selector: isGpu } }];
    const rules = [{ scope: 'POD_CONFIG', effect: REMOVE, match }];
    expect(await offered(rules, 'podConfigs { id }')).toEqual([ids('tiny')]);
  });

  it.each([[[]], [[{}]]])('never hold when their conditions are %j', async (match) => {
    expect(await offered([{ scope: 'POD_CONFIG', effect: REMOVE, match }], 'podConfigs { id }')).toEqual([
      ids('gpu', 'tiny'),
    ]);
  });

  it('use the last of two labels with the same key', async () => {
    const labels = ['1', '2'].map((value) => ({ key: 'gpu', value }));
    const podConfig = { id: 'twice', spawner: { displayName: 'Twice', labels }, spec: {} };
    const filterRules = [rule('POD_CONFIG', HIDE, 'matchPodConfig', { matchLabels: { gpu: '2' } })];
    await using gateway = await startTestGateway({
      objects: [workspaceKindWith('k', { podConfigs: [podConfig], filterRules })],
    });
    const { data } = await gateway.query('{ workspaceKind(name: "k") { podConfigs { hidden labels { value } } } }');
    expect(data).toEqual({
      workspaceKind: { podConfigs: [{ hidden: true, labels: [{ value: '1' }, { value: '2' }] }] },
    });
  });

  it('leave an option hidden when its own setting hides it', async () => {
    const hidden = option('h', {}, { spawner: { displayName: 'Hidden', hidden: true } });
    const filterRules = [
      rule('POD_CONFIG', { ui: { hide: false }, api: { deny: true } }, 'matchPodConfig', everything),
    ];
    await using gateway = await startTestGateway({
      objects: [workspaceKindWith('k', { podConfigs: [hidden], filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "k") { defaultPodConfig podConfigs { hidden denied } } }',
    );
    expect(data).toEqual({ workspaceKind: { defaultPodConfig: 'tiny', podConfigs: [{ hidden: true, denied: true }] } });
  });
});

describe('context of filter rules', () => {
  it('rejects options that the WorkspaceKind does not have', async () => {
    await using gateway = await startTestGateway({ objects: [workspaceKindWith('k', { imageConfigs, podConfigs })] });
    const { errors } = await gateway.query('{ workspaceKind(name: "k") { podConfigs(imageConfig: "x") { id } } }');
    expect(errors).toMatchObject([
      { message: 'WorkspaceKind k has no imageConfig "x".', extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('is the namespace through which the WorkspaceKind was reached when no other is given', async () => {
    const filterRules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', isDev)];
    const objects = [namespace('dev', { tier: 'dev' }), namespace('bare'), workspaceKindWith('k', { filterRules })];
    await using gateway = await startTestGateway({ objects });
    const selection = 'here: podConfigs { id } there: podConfigs(namespace: "bare") { id }';
    const { data } = await gateway.query(`{ namespace(name: "dev") { workspaceKinds { nodes { ${selection} } } } }`);
    expect(data).toEqual({ namespace: { workspaceKinds: { nodes: [{ here: [], there: ids('tiny') }] } } });
  });

  it('is the namespace and other option of a workspace when its option is read; removed options are still returned', async () => {
    const filterRules = [
      rule('POD_CONFIG', { ...DENY, ...HIDE }, 'matchImageConfig', isCuda),
      rule('IMAGE_CONFIG', REMOVE, 'matchNamespace', isDev),
    ];
    const kind = workspaceKindWith('k', { imageConfigs, podConfigs, filterRules });
    const nb = workspace('nb', { namespace: 'dev', kind: 'k', imageConfig: 'cuda', podConfig: 'gpu' });
    await using gateway = await startTestGateway({ objects: [namespace('dev', { tier: 'dev' }), kind, nb] });
    const { data } = await gateway.query(
      '{ workspaces { nodes { imageConfig { option { id } } podConfig { option { hidden denied } } } } }',
    );
    const described = {
      imageConfig: { option: { id: 'cuda' } },
      podConfig: { option: { hidden: true, denied: true } },
    };
    expect(data).toEqual({ workspaces: { nodes: [described] } });
  });

  it('is empty when the WorkspaceKind is queried directly', async () => {
    const filterRules = [rule('WORKSPACE_KIND', HIDE, 'matchNamespace', everything)];
    await using gateway = await startTestGateway({
      objects: [namespace('dev'), workspaceKindWith('k', { filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKinds { nodes { hidden } } namespace(name: "dev") { workspaceKinds { nodes { hidden } } } }',
    );
    expect(data).toEqual({
      workspaceKinds: { nodes: [{ hidden: false }] },
      namespace: { workspaceKinds: { nodes: [{ hidden: true }] } },
    });
  });
});
