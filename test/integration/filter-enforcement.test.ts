import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';

const CREATE = 'mutation ($input: CreateWorkspaceInput!) { createWorkspace(input: $input) { workspace { name } } }';
const UPDATE = 'mutation ($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { workspace { paused } } }';

const inDevelopment = { matchNamespace: { selector: { matchLabels: { tier: 'dev' } } } };
const big = { matchPodConfig: { selector: { matchLabels: { cpu: '4' } } } };

function deny(scope: string, match: readonly object[], text?: string): object {
  return { scope, effect: { api: { deny: true, ...(text && { denyMessage: { text } }) } }, match };
}

const noBigPods = deny('POD_CONFIG', [big, inDevelopment], 'Big pods are for production.');

function start(rules: readonly object[], options: Parameters<typeof startTestGateway>[0] & { nb?: Manifest } = {}) {
  const { nb, ...settings } = options;
  const kind = workspaceKind('jupyterlab', { filterRules: rules });
  const objects = [namespace('team-a', { tier: 'dev' }), namespace('team-b'), kind, ...(nb ? [nb] : [])];
  return startTestGateway({ objects, ...settings });
}

function create(gateway: SimulatedGateway, input: object = {}): Promise<Answer> {
  const minimal = { namespace: 'team-a', name: 'new', kind: 'jupyterlab', imageConfig: 'scipy-2', podConfig: 'big' };
  return gateway.query(CREATE, { input: { ...minimal, ...input } });
}

async function update(gateway: SimulatedGateway, change: object): Promise<Answer> {
  const { data } = await gateway.query('{ workspace(namespace: "team-a", name: "nb") { revision } }');
  return gateway.query(UPDATE, {
    input: { namespace: 'team-a', name: 'nb', ...Object(data?.['workspace']), ...change },
  });
}

function causesOf({ errors }: Answer): unknown {
  return errors?.[0]?.extensions['causes'];
}

describe('filter rules that deny an option', () => {
  it('returns INVALID with the message of the rule when a new workspace has a denied option', async () => {
    await using gateway = await start([noBigPods]);
    const answer = await create(gateway);
    expect(answer.errors?.[0]?.message).toContain('Big pods are for production.');
    expect(answer.errors?.[0]?.extensions['code']).toBe('INVALID');
    expect(causesOf(answer)).toEqual([
      { reason: 'FieldValueForbidden', field: 'input.podConfig', message: 'Big pods are for production.' },
    ]);
  });

  it('creates a workspace when the rule does not match or rules are not enforced', async () => {
    await using gateway = await start([noBigPods]);
    expect((await create(gateway, { namespace: 'team-b' })).errors).toBeUndefined();
    expect((await create(gateway, { podConfig: 'tiny' })).errors).toBeUndefined();
    await using lenient = await start([noBigPods], { enforceFilterRules: false });
    expect((await create(lenient)).errors).toBeUndefined();
  });

  it('returns INVALID when a rule denies the kind or a pair of options, with a default message if it has none', async () => {
    await using whole = await start([deny('WORKSPACE_KIND', [inDevelopment])]);
    const offered = '{ namespace(name: "team-a") { workspaceKindOffers { nodes { denied deniedMessage } } } }';
    const nodes = [{ denied: true, deniedMessage: null }];
    expect((await whole.query(offered)).data).toEqual({ namespace: { workspaceKindOffers: { nodes } } });
    expect(causesOf(await create(whole))).toMatchObject([
      { field: 'input.kind', message: 'WorkspaceKind "jupyterlab" is denied by a filter rule of the WorkspaceKind' },
    ]);
    await using pair = await start([deny('IMAGE_CONFIG', [big])]);
    expect(causesOf(await create(pair))).toMatchObject([{ field: 'input.imageConfig' }]);
    expect((await create(pair, { podConfig: 'tiny' })).errors).toBeUndefined();
  });

  it('allows a denied option that the workspace already has, but rejects choosing it', async () => {
    await using gateway = await start([noBigPods], { nb: workspace('nb', { podConfig: 'big', state: 'Running' }) });
    expect((await update(gateway, { paused: true })).errors).toBeUndefined();
    expect((await update(gateway, { imageConfig: 'scipy-2', podConfig: 'big' })).errors).toBeUndefined();
    expect((await update(gateway, { podConfig: 'tiny' })).errors).toBeUndefined();
    expect(causesOf(await update(gateway, { podConfig: 'big' }))).toMatchObject([{ field: 'input.podConfig' }]);
  });

  it('returns INVALID when an existing option is denied in combination with the new one', async () => {
    const small = deny('IMAGE_CONFIG', [big], 'Not with so much CPU.');
    await using gateway = await start([small], { nb: workspace('nb', { podConfig: 'tiny', state: 'Running' }) });
    expect(causesOf(await update(gateway, { podConfig: 'big' }))).toEqual([
      { reason: 'FieldValueForbidden', field: 'input.imageConfig', message: 'Not with so much CPU.' },
    ]);
  });

  it('updates a workspace when its kind is denied', async () => {
    const denied = deny('WORKSPACE_KIND', [inDevelopment]);
    await using gateway = await start([denied], { nb: workspace('nb', { state: 'Running' }) });
    expect((await update(gateway, { podConfig: 'big' })).errors).toBeUndefined();
  });
});
