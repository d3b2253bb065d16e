import { describe, expect, it } from 'vitest';
import { expression, workspaceKindWith, option, rule } from '../../../test/support/workspace-kind-options.ts';
import { namespace, workspace } from '../../../test/support/manifests.ts';
import { grantIn, workspaces } from '../../../test/support/access/grants.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';
import { connectUser } from '../../../test/support/user-client.ts';

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

/** Returns the options that a kind with these rules offers in the labelled namespace. */
async function offered(filterRules: Rules, ...lists: readonly string[]): Promise<readonly unknown[]> {
  const offers = await offersOf(filterRules, ...lists.map((list) => `offer(namespace: "dev") { list: ${list} }`));
  return offers.map((offer) => (offer as { readonly list: unknown }).list);
}

/** Returns the selected fields of a kind with these rules, in a cluster with a labelled and an unlabelled namespace. */
async function offersOf(filterRules: Rules, ...selections: readonly string[]): Promise<readonly unknown[]> {
  const kind = workspaceKindWith('k', { imageConfigs, podConfigs, filterRules });
  await using gateway = await startTestGateway({
    objects: [namespace('dev', { tier: 'dev' }), namespace('bare'), kind],
  });
  const fields = selections.map((selection, index) => `field${index}: ${selection}`);
  const { data, errors } = await gateway.query(`{ workspaceKind(name: "k") { ${fields.join(' ')} } }`);
  expect(errors).toBeUndefined();
  return Object.values(data?.['workspaceKind'] as object);
}

/** Returns the pod sizes that are offered when a rule has this effect on those with a GPU. */
async function verdicts(effect: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> {
  const rules = [rule('POD_CONFIG', effect, 'matchPodConfig', isGpu)];
  return offered(rules, 'podConfigs { optionId hidden denied deniedMessage }');
}

const ids = (...names: readonly string[]) => names.map((optionId) => ({ optionId }));

describe('filter rules', () => {
  it('hides, removes or denies an option, with a message', async () => {
    const tiny = { optionId: 'tiny', hidden: false, denied: false, deniedMessage: null };
    expect(await verdicts(HIDE)).toEqual([[{ ...tiny, optionId: 'gpu', hidden: true }, tiny]]);
    expect(await verdicts(REMOVE)).toEqual([[tiny]]);
    expect(await verdicts(DENY)).toEqual([
      [{ ...tiny, optionId: 'gpu', denied: true, deniedMessage: 'Ask the platform team.' }, tiny],
    ]);
  });

  it('returns no message when the rule has none, and when nothing is denied', async () => {
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

  it('applies rules only to objects of their scope', async () => {
    const rules = [
      rule('WORKSPACE_KIND', REMOVE, 'matchNamespace', everything),
      rule('IMAGE_CONFIG', REMOVE, 'matchImageConfig', isCuda),
      rule('SOMETHING_NEW', REMOVE, 'matchNamespace', everything),
    ];
    expect(await offersOf(rules, 'offer(namespace: "dev") { hidden }')).toEqual([null]);
    expect(await offered(rules.slice(1), 'imageConfigs { optionId }', 'podConfigs { optionId }')).toEqual([
      ids('plain'),
      ids('gpu', 'tiny'),
    ]);
  });

  it('matches the labels of the namespace, and applies no rule outside of an offer', async () => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', isDev)];
    const selections = ['dev', 'bare', 'nowhere'].map(
      (name) => `offer(namespace: "${name}") { podConfigs { optionId } }`,
    );
    const both = ids('gpu', 'tiny');
    expect(await offersOf(rules, 'podConfigs { optionId }', ...selections)).toEqual([
      both,
      { podConfigs: [] },
      { podConfigs: both },
      null,
    ]);
  });

  it('matches a namespace without labels when the selector allows it', async () => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', expression('tier', 'NotIn', 'dev'))];
    const selections = ['bare', 'dev'].map((name) => `offer(namespace: "${name}") { podConfigs { optionId } }`);
    expect(await offersOf(rules, ...selections)).toEqual([{ podConfigs: [] }, { podConfigs: ids('gpu', 'tiny') }]);
  });

  it('matches the other chosen option, and nothing when there is none', async () => {
    const rules = [
      rule('POD_CONFIG', REMOVE, 'matchImageConfig', expression('cuda', 'DoesNotExist')),
      rule('IMAGE_CONFIG', REMOVE, 'matchPodConfig', isGpu),
    ];
    const pods = ['podConfigs', 'podConfigs(imageConfig: "plain")', 'podConfigs(imageConfig: "cuda")'];
    const images = ['imageConfigs', 'imageConfigs(podConfig: "gpu")', 'imageConfigs(podConfig: "tiny")'];
    const answer = await offered(rules, ...[...pods, ...images].map((list) => `${list} { optionId }`));
    const [bothPods, bothImages] = [ids('gpu', 'tiny'), ids('cuda', 'plain')];
    expect(answer).toEqual([bothPods, [], bothPods, bothImages, [], bothImages]);
  });

  it('matches the labels of the option itself when the rule has its scope', async () => {
    const rules = [rule('IMAGE_CONFIG', REMOVE, 'matchImageConfig', isCuda)];
    expect(await offered(rules, 'imageConfigs(podConfig: "gpu") { optionId }')).toEqual([ids('plain')]);
  });

  it('applies a rule when all its conditions hold', async () => {
    const match = [{ matchNamespace: { selector: isDev } }, { matchPodConfig: { selector: isGpu } }];
    const rules = [{ scope: 'POD_CONFIG', effect: REMOVE, match }];
    const selections = ['dev', 'bare'].map((name) => `offer(namespace: "${name}") { podConfigs { optionId } }`);
    expect(await offersOf(rules, ...selections)).toEqual([
      { podConfigs: ids('tiny') },
      { podConfigs: ids('gpu', 'tiny') },
    ]);
  });

  it('applies only the first rule that holds', async () => {
    const rules = [
      rule('POD_CONFIG', REMOVE, 'matchPodConfig', { matchLabels: { gpu: '2' } }),
      rule('POD_CONFIG', HIDE, 'matchPodConfig', isGpu),
      rule('POD_CONFIG', DENY, 'matchPodConfig', everything),
    ];
    expect(await offered(rules, 'podConfigs { optionId hidden denied }')).toEqual([
      [
        { optionId: 'gpu', hidden: true, denied: false },
        { optionId: 'tiny', hidden: false, denied: true },
      ],
    ]);
  });

  it.each([
    expression('tier', 'In'),
    expression('tier', 'Exists', 'dev'),
    expression('tier', 'Resembles', 'dev'),
    expression('no such key!', 'DoesNotExist'),
    { matchLabels: { tier: 'not a value' } },
  ])('ignores a rule whose selector %j is malformed', async (selector) => {
    const rules = [rule('POD_CONFIG', REMOVE, 'matchNamespace', selector)];
    expect(await offered(rules, 'podConfigs { optionId }')).toEqual([ids('gpu', 'tiny')]);
  });

  it('ignores a malformed condition when there is another one', async () => {
    const match = [{ matchNamespace: { selector: expression('a', 'In') } }, { matchPodConfig: { selector: isGpu } }];
    const rules = [{ scope: 'POD_CONFIG', effect: REMOVE, match }];
    expect(await offered(rules, 'podConfigs { optionId }')).toEqual([ids('tiny')]);
  });

  it.each([[[]], [[{}]]])('applies no rule when its conditions are %j', async (match) => {
    expect(await offered([{ scope: 'POD_CONFIG', effect: REMOVE, match }], 'podConfigs { optionId }')).toEqual([
      ids('gpu', 'tiny'),
    ]);
  });

  it('uses the last of two labels with the same key', async () => {
    const labels = ['1', '2'].map((value) => ({ key: 'gpu', value }));
    const podConfig = { id: 'twice', spawner: { displayName: 'Twice', labels }, spec: {} };
    const filterRules = [rule('POD_CONFIG', HIDE, 'matchPodConfig', { matchLabels: { gpu: '2' } })];
    await using gateway = await startTestGateway({
      objects: [namespace('dev'), workspaceKindWith('k', { podConfigs: [podConfig], filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "k") { offer(namespace: "dev") { podConfigs { hidden labels { value } } } } }',
    );
    expect(data).toEqual({
      workspaceKind: { offer: { podConfigs: [{ hidden: true, labels: [{ value: '1' }, { value: '2' }] }] } },
    });
  });

  it('leaves an option hidden when its own setting hides it', async () => {
    const hidden = option('h', {}, { spawner: { displayName: 'Hidden', hidden: true } });
    const filterRules = [
      rule('POD_CONFIG', { ui: { hide: false }, api: { deny: true } }, 'matchPodConfig', everything),
    ];
    await using gateway = await startTestGateway({
      objects: [namespace('dev'), workspaceKindWith('k', { podConfigs: [hidden], filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "k") { defaultPodConfig offer(namespace: "dev") { podConfigs { hidden denied } } } }',
    );
    expect(data).toEqual({
      workspaceKind: { defaultPodConfig: 'tiny', offer: { podConfigs: [{ hidden: true, denied: true }] } },
    });
  });
});

describe('context of filter rules', () => {
  it('rejects options that the WorkspaceKind does not have', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('dev'), workspaceKindWith('k', { imageConfigs, podConfigs })],
    });
    const { errors } = await gateway.query(
      '{ workspaceKind(name: "k") { offer(namespace: "dev") { podConfigs(imageConfig: "x") { optionId } } } }',
    );
    expect(errors).toMatchObject([
      { message: 'WorkspaceKind k has no imageConfig "x".', extensions: { code: 'BAD_REQUEST' } },
    ]);
  });

  it('applies rules to the namespace and other option of a workspace when its option is read; still returns removed options', async () => {
    const filterRules = [
      rule('POD_CONFIG', { ...DENY, ...HIDE }, 'matchImageConfig', isCuda),
      rule('IMAGE_CONFIG', REMOVE, 'matchNamespace', isDev),
    ];
    const kind = workspaceKindWith('k', { imageConfigs, podConfigs, filterRules });
    const nb = workspace('nb', { namespace: 'dev', kind: 'k', imageConfig: 'cuda', podConfig: 'gpu' });
    await using gateway = await startTestGateway({ objects: [namespace('dev', { tier: 'dev' }), kind, nb] });
    const { data } = await gateway.query(
      '{ workspaces { nodes { imageConfig { option { optionId } } podConfig { option { hidden denied } } } } }',
    );
    const described = {
      imageConfig: { option: { optionId: 'cuda' } },
      podConfig: { option: { hidden: true, denied: true } },
    };
    expect(data).toEqual({ workspaces: { nodes: [described] } });
  });

  it('applies rules to the namespace of the offer: the WorkspaceKind itself is the same on every path', async () => {
    const filterRules = [
      rule('WORKSPACE_KIND', { ...HIDE, ...DENY }, 'matchNamespace', everything),
      rule('POD_CONFIG', REMOVE, 'matchPodConfig', everything),
    ];
    await using gateway = await startTestGateway({
      objects: [namespace('dev'), workspaceKindWith('k', { filterRules })],
    });
    const itself = 'id hidden podConfigs { optionId hidden denied }';
    const offer = `hidden denied deniedMessage podConfigs { optionId } namespace { name } kind { ${itself} }`;
    const { data } = await gateway.query(`{
      workspaceKinds { nodes { ${itself} offer(namespace: "dev") { ${offer} } } }
      namespace(name: "dev") { workspaceKindOffers { nodes { ${offer} } } }
    }`);
    const kind = {
      id: expect.any(String) as string,
      hidden: false,
      podConfigs: [{ optionId: 'tiny', hidden: false, denied: false }],
    };
    const expected = {
      hidden: true,
      denied: true,
      deniedMessage: 'Ask the platform team.',
      podConfigs: [],
      namespace: { name: 'dev' },
      kind,
    };
    expect(data).toEqual({
      workspaceKinds: { nodes: [{ ...kind, offer: expected }] },
      namespace: { workspaceKindOffers: { nodes: [expected] } },
    });
  });
});

describe('WorkspaceKindOffer', () => {
  it('counts the workspaces of its kind in its namespace', async () => {
    const objects = [
      ...['dev', 'bare'].map((name) => namespace(name)),
      ...['k', 'l'].map((name) => workspaceKindWith(name)),
      workspace('one', { namespace: 'dev', kind: 'k' }),
      workspace('two', { namespace: 'bare', kind: 'k' }),
      workspace('three', { namespace: 'dev', kind: 'l' }),
    ];
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "k") { workspaceCount offer(namespace: "dev") { workspaceCount } } }',
    );
    expect(data).toEqual({ workspaceKind: { workspaceCount: 2, offer: { workspaceCount: 1 } } });
  });

  it('returns no offer, and none of a namespace, when the viewer sees no more than the name of the namespace', async () => {
    const grants = grantIn('dev', 'nan', workspaces('get'));
    const nb = workspace('nb', { namespace: 'dev', kind: 'k' });
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users: [{ name: 'nan', token: 'nan-token' }],
      objects: [namespace('dev'), workspaceKindWith('k'), nb, ...grants],
    });
    await using nan = connectUser(gateway.url, { token: 'nan-token' });
    const { data } = await nan.ask(`{ workspace(namespace: "dev", name: "nb") {
      kind { offer(namespace: "dev") { hidden } } namespace { name workspaceKindOffers { totalCount } }
    } }`);
    expect(data).toEqual({
      workspace: { kind: { offer: null }, namespace: { name: 'dev', workspaceKindOffers: { totalCount: 0 } } },
    });
  });
});
