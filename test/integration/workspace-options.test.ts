import { describe, expect, it } from 'vitest';
import { oldWorkspaceKindCrd } from '../support/crds/old-workspace-kind.ts';
import { oldWorkspaceCrd } from '../support/crds/old-workspace.ts';
import { expression, workspaceKindWith, option, redirected, rule } from '../support/workspace-kind-options.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { queryWorkspace } from '../support/workspace-query.ts';
import { oldWorkspaceKind } from '../support/old-workspace-kind.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const REDIRECTS =
  'imageConfig { desiredOptionId redirectChain { sourceId targetId target { optionId } message { level text } } }';

describe('options of a workspace', () => {
  it('returns services and ports when an old WorkspaceKind defines ports in its images', async () => {
    const answer = await queryWorkspace(
      'services { portId displayName httpPath } kind { ports { portId protocol displayName } }',
      oldWorkspaceCrd,
      oldWorkspaceKindCrd,
      oldWorkspaceKind('jupyterlab'),
      workspace('nb', { imageConfig: 'old' }),
    );
    expect(answer).toEqual({
      services: [{ portId: 'lab', displayName: 'Lab', httpPath: '/workspace/team-a/nb/lab/' }],
      kind: { ports: [{ portId: 'lab', protocol: 'HTTP', displayName: 'Lab' }] },
    });
  });

  it('returns a service with defaults when the WorkspaceKind lacks a port of the image', async () => {
    const ports = [{ id: 'other', protocol: 'HTTP', defaultDisplayName: 'Other' }];
    const kind = workspaceKindWith('jupyterlab', { ports });
    const answer = await queryWorkspace('services { portId displayName httpPath }', kind, workspace('nb'));
    expect(answer).toEqual({
      services: [{ portId: 'lab', displayName: 'lab', httpPath: '/workspace/connect/team-a/nb/lab/' }],
    });
  });

  it('returns empty lists when the object omits them', async () => {
    const lists = await queryWorkspace(
      'services { portId } metadata { labels { key } finalizers } podMetadata { labels { key } } volumes { data { claimName } secrets { secretName } } imageConfig { redirectChain { sourceId } option { labels { key } } }',
      workspaceKind('jupyterlab'),
      workspace('nb', { imageConfig: 'scipy-2', spec: { podTemplate: { options: { imageConfig: 'scipy-2' } } } }),
    );
    expect(lists).toEqual({
      services: [{ portId: 'lab' }],
      metadata: { labels: [], finalizers: [] },
      podMetadata: { labels: [] },
      volumes: { data: [], secrets: [] },
      imageConfig: { redirectChain: [], option: { labels: [] } },
    });
  });

  it.each(['Running', 'Paused', 'Pending', 'Error'])(
    'returns connectable only when the workspace is Running: %s',
    async (state) => {
      const answer = await queryWorkspace(
        'services { connectable }',
        workspaceKind('jupyterlab'),
        workspace('nb', { state }),
      );
      expect(answer).toEqual({ services: [{ connectable: state === 'Running' }] });
    },
  );

  it('returns null for the kind, its options and mount paths when the WorkspaceKind is missing', async () => {
    const nb = workspace('nb', {
      kind: 'gone',
      spec: { kind: 'gone', podTemplate: { volumes: { home: 'home' }, options: { imageConfig: 'a', podConfig: 'b' } } },
    });
    const answer = await queryWorkspace(
      'kindName kind { name } imageConfig { optionId option { optionId } } podConfig { optionId option { optionId } } services { portId } volumes { home { claimName mountPath readOnly } }',
      nb,
    );
    expect(answer).toEqual({
      kindName: 'gone',
      kind: null,
      imageConfig: { optionId: 'a', option: null },
      podConfig: { optionId: 'b', option: null },
      services: [],
      volumes: { home: { claimName: 'home', mountPath: null, readOnly: false } },
    });
  });

  it('returns the redirect chain of the status with the messages that the WorkspaceKind still has', async () => {
    const redirectChain = [
      { source: 'a', target: 'b' },
      { source: 'b', target: 'gone' },
    ];
    const status = { podTemplateOptions: { imageConfig: { desired: 'gone', redirectChain } } };
    const kind = workspaceKindWith('jupyterlab', {
      imageConfigs: [redirected('a', 'b', 'To b.'), redirected('b', 'c', 'To c.'), option('c')],
    });
    const answer = await queryWorkspace(
      REDIRECTS,
      kind,
      workspace('nb', { imageConfig: 'a', state: 'Running', status }),
    );
    expect(answer).toEqual({
      imageConfig: {
        desiredOptionId: 'gone',
        redirectChain: [
          { sourceId: 'a', targetId: 'b', target: { optionId: 'b' }, message: { level: 'DANGER', text: 'To b.' } },
          { sourceId: 'b', targetId: 'gone', target: null, message: null },
        ],
      },
    });
  });

  it('returns an empty redirect chain when two options redirect to each other', async () => {
    const kind = workspaceKindWith('jupyterlab', { imageConfigs: [redirected('a', 'b'), redirected('b', 'a')] });
    const answer = await queryWorkspace(
      'imageConfig { option { redirectTo } redirectChain { sourceId } }',
      kind,
      workspace('nb', { imageConfig: 'a' }),
    );
    expect(answer).toEqual({ imageConfig: { option: { redirectTo: 'b' }, redirectChain: [] } });
  });

  it.each([
    { selector: expression('tier', 'NotIn', 'prod'), why: 'NotIn holds for another value', hidden: true },
    { selector: expression('team', 'NotIn', 'ml'), why: 'NotIn holds without the label', hidden: true },
    { selector: expression('team', 'DoesNotExist'), why: 'DoesNotExist holds without the label', hidden: true },
    { selector: expression('tier', 'DoesNotExist'), why: 'DoesNotExist fails with the label', hidden: false },
    { selector: {}, why: 'an empty selector selects everything', hidden: true },
  ])('applies a filter rule by its selector: $why', async ({ selector, hidden }) => {
    const filterRules = [rule('IMAGE_CONFIG', { ui: { hide: true } }, 'matchNamespace', selector)];
    const answer = await queryWorkspace(
      'imageConfig { option { hidden } }',
      workspaceKindWith('jupyterlab', { filterRules }),
      workspace('nb'),
    );
    expect(answer).toEqual({ imageConfig: { option: { hidden } } });
  });

  it('evaluates namespace selectors when a namespace has no labels, and skips them outside of an offer', async () => {
    const filterRules = [
      rule('IMAGE_CONFIG', { api: { deny: true } }, 'matchNamespace', expression('team', 'DoesNotExist')),
    ];
    await using gateway = await startTestGateway({
      objects: [namespace('bare'), workspaceKindWith('jupyterlab', { filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "jupyterlab") { imageConfigs { denied } bare: offer(namespace: "bare") { imageConfigs { denied } } unknown: offer(namespace: "unknown") { imageConfigs { denied } } } }',
    );
    expect(data?.['workspaceKind']).toEqual({
      imageConfigs: [{ denied: false }],
      bare: { imageConfigs: [{ denied: true }] },
      unknown: null,
    });
  });

  it('applies only the first matching rule when several match', async () => {
    const everywhere = { matchLabels: { tier: 'dev' } };
    const filterRules = [
      rule('IMAGE_CONFIG', { ui: { hide: true } }, 'matchNamespace', everywhere),
      rule('IMAGE_CONFIG', { api: { deny: true } }, 'matchNamespace', everywhere),
    ];
    const answer = await queryWorkspace(
      'imageConfig { option { hidden denied } }',
      workspaceKindWith('jupyterlab', { filterRules }),
      workspace('nb'),
    );
    expect(answer).toEqual({ imageConfig: { option: { hidden: true, denied: false } } });
  });

  it('matches the labels of the option itself when a rule has the same scope', async () => {
    const filterRules = [
      rule('IMAGE_CONFIG', { ui: { hide: true } }, 'matchImageConfig', { matchLabels: { gpu: 'yes' } }),
    ];
    const imageConfigs = [option('scipy', { gpu: 'yes' }), option('other')];
    const nb = workspace('nb', { imageConfig: 'other' });
    const answer = await queryWorkspace(
      'kind { offer(namespace: "team-a") { imageConfigs { optionId hidden } } }',
      workspaceKindWith('jupyterlab', { imageConfigs, filterRules }),
      nb,
    );
    expect(answer).toEqual({
      kind: {
        offer: {
          imageConfigs: [
            { optionId: 'scipy', hidden: true },
            { optionId: 'other', hidden: false },
          ],
        },
      },
    });
  });
});
