import { describe, expect, it } from 'vitest';
import { oldWorkspaceKindCrd } from '../../dev/demo/crds/old-workspace-kind.ts';
import { oldWorkspaceCrd } from '../../dev/demo/crds/old-workspace.ts';
import { expression, workspaceKindWith, option, redirected, rule } from '../support/workspace-kind-options.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { queryWorkspace } from '../support/workspace-query.ts';
import { oldWorkspaceKind } from '../support/old-workspace-kind.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const REDIRECTS = 'imageConfig { desiredId redirectChain { sourceId targetId target { id } message { level text } } }';

describe('kinds and options', () => {
  it('trap 24: serves workspaces of old kinds, whose images have the ports', async () => {
    const answer = await queryWorkspace(
      'services { portId displayName httpPath } kind { ports { id protocol displayName } }',
      oldWorkspaceCrd,
      oldWorkspaceKindCrd,
      oldWorkspaceKind('jupyterlab'),
      workspace('nb', { imageConfig: 'old' }),
    );
    expect(answer).toEqual({
      services: [{ portId: 'lab', displayName: 'Lab', httpPath: '/workspace/team-a/nb/lab/' }],
      kind: { ports: [{ id: 'lab', protocol: 'HTTP', displayName: 'Lab' }] },
    });
  });

  it('trap 24: serves a port of an image that its kind does not have', async () => {
    const ports = [{ id: 'other', protocol: 'HTTP', defaultDisplayName: 'Other' }];
    const kind = workspaceKindWith('jupyterlab', { ports });
    const answer = await queryWorkspace('services { portId displayName httpPath }', kind, workspace('nb'));
    expect(answer).toEqual({
      services: [{ portId: 'lab', displayName: 'lab', httpPath: '/workspace/connect/team-a/nb/lab/' }],
    });
  });

  it('trap 25: says empty lists where Kubernetes says nothing', async () => {
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
    'trap 26: lets people connect only to what runs: %s',
    async (state) => {
      const answer = await queryWorkspace(
        'services { connectable }',
        workspaceKind('jupyterlab'),
        workspace('nb', { state }),
      );
      expect(answer).toEqual({ services: [{ connectable: state === 'Running' }] });
    },
  );

  it('trap 27: says null where the kind is missing, without words that look like values', async () => {
    const nb = workspace('nb', {
      kind: 'gone',
      spec: { kind: 'gone', podTemplate: { volumes: { home: 'home' }, options: { imageConfig: 'a', podConfig: 'b' } } },
    });
    const answer = await queryWorkspace(
      'kindName kind { name } imageConfig { id option { id } } podConfig { id option { id } } services { portId } volumes { home { claimName mountPath readOnly } }',
      nb,
    );
    expect(answer).toEqual({
      kindName: 'gone',
      kind: null,
      imageConfig: { id: 'a', option: null },
      podConfig: { id: 'b', option: null },
      services: [],
      volumes: { home: { claimName: 'home', mountPath: null, readOnly: false } },
    });
  });

  it('trap 28: shows the chain of the status, and a message only while the kind still says so', async () => {
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
        desiredId: 'gone',
        redirectChain: [
          { sourceId: 'a', targetId: 'b', target: { id: 'b' }, message: { level: 'DANGER', text: 'To b.' } },
          { sourceId: 'b', targetId: 'gone', target: null, message: null },
        ],
      },
    });
  });

  it('trap 28: is not led in circles by options that replace each other', async () => {
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
  ])('trap 29: $why', async ({ selector, hidden }) => {
    const filterRules = [rule('IMAGE_CONFIG', { ui: { hide: true } }, 'matchNamespace', selector)];
    const answer = await queryWorkspace(
      'imageConfig { option { hidden } }',
      workspaceKindWith('jupyterlab', { filterRules }),
      workspace('nb'),
    );
    expect(answer).toEqual({ imageConfig: { option: { hidden } } });
  });

  it('trap 29: takes no namespace for nothing to look at, and a namespace without labels for something', async () => {
    const filterRules = [
      rule('IMAGE_CONFIG', { api: { deny: true } }, 'matchNamespace', expression('team', 'DoesNotExist')),
    ];
    await using gateway = await startTestGateway({
      objects: [namespace('bare'), workspaceKindWith('jupyterlab', { filterRules })],
    });
    const { data } = await gateway.query(
      '{ workspaceKind(name: "jupyterlab") { nowhere: imageConfigs { denied } bare: imageConfigs(namespace: "bare") { denied } unknown: imageConfigs(namespace: "unknown") { denied } } }',
    );
    expect(data?.['workspaceKind']).toEqual({
      nowhere: [{ denied: false }],
      bare: [{ denied: true }],
      unknown: [{ denied: false }],
    });
  });

  it('trap 29: lets the first rule that matches decide alone', async () => {
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

  it('trap 29: looks at the option’s own labels in a rule of the same scope', async () => {
    const filterRules = [
      rule('IMAGE_CONFIG', { ui: { hide: true } }, 'matchImageConfig', { matchLabels: { gpu: 'yes' } }),
    ];
    const imageConfigs = [option('scipy', { gpu: 'yes' }), option('other')];
    const nb = workspace('nb', { imageConfig: 'other' });
    const answer = await queryWorkspace(
      'kind { imageConfigs { id hidden } }',
      workspaceKindWith('jupyterlab', { imageConfigs, filterRules }),
      nb,
    );
    expect(answer).toEqual({
      kind: {
        imageConfigs: [
          { id: 'scipy', hidden: true },
          { id: 'other', hidden: false },
        ],
      },
    });
  });
});
