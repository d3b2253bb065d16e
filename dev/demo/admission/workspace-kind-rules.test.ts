import { expect, it } from 'vitest';
import type { WorkspaceKind } from '../workspace-kind.ts';
import { jupyterlab } from '../fixtures/workspace-kinds.ts';
import { validateWorkspaceKind } from './workspace-kind-rules.ts';

const metadata = { name: 'jupyterlab', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
const workspaceKind: WorkspaceKind = {
  apiVersion: 'kubeflow.org/v1beta1',
  kind: 'WorkspaceKind',
  metadata,
  spec: jupyterlab(),
};
const [SCIPY, V1_9] = ['jupyter-scipy:v1.10.0', 'jupyter-scipy:v1.9.2'] as const;
const OPTIONS = 'spec.podTemplate.options';
const [IMAGES, PODS] = [`${OPTIONS}.imageConfig.values`, `${OPTIONS}.podConfig.values`];
const probe = 'spec.podTemplate.activityProbe';
const pause = { pauseWorkspace: true };
const all = { config: { secondsSinceActive: 86_400 }, match: {}, effect: pause };
const some = { ...all, match: { matchNamespace: { selector: { matchLabels: { a: 'b' } } } } };
const inside = { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } };

it('returns no errors for a valid WorkspaceKind', () => {
  expect(validateWorkspaceKind(workspaceKind)).toEqual([]);
});

it('returns no errors when a probe script names its interpreter without a path', () => {
  const script = '#!python3 -u\r\nprint()';
  expect(validateWorkspaceKind(changed(workspaceKind, probe, { podExec: { script } }))).toEqual([]);
});

it('returns no errors when there is no probe and no rule pauses', () => {
  const exempt = { ...all, effect: { pauseWorkspace: false } };
  const ruled = changed(workspaceKind, 'spec.activityRules', [exempt]);
  expect(validateWorkspaceKind(changed(ruled, probe, undefined))).toEqual([]);
});

it.each([
  [
    'spec.podTemplate.podMetadata',
    { labels: { '': 'a' } },
    'spec.podTemplate.podMetadata.labels',
    'name part must be non-empty',
  ],
  ['spec.podTemplate.extraEnv', [{ name: 'A', value: '{{ nope }}' }], 'spec.podTemplate.extraEnv[A].value', 'template'],
  [
    'spec.podTemplate.ports.0.httpProxy',
    { requestHeaders: { set: { B: '{{' } } },
    'spec.podTemplate.ports[0].httpProxy.requestHeaders.set[B]',
    'template',
  ],
  [
    'spec.filterRules',
    filter({ effect: { ui: { hide: false } } }),
    'spec.filterRules[0].effect',
    'must specify at least one effect',
  ],
  [
    'spec.filterRules',
    filter({ effect: {} }),
    'spec.filterRules[0].effect',
    `must specify at least one of 'ui' or 'api'`,
  ],
  [
    'spec.filterRules',
    filter({ effect: { api: { hide: true, denyMessage: { text: 'no' } } } }),
    'spec.filterRules[0].effect.api',
    `'denyMessage' may only`,
  ],
  [
    'spec.filterRules',
    filter({ match: [{ matchImageConfig: { selector: {} } }] }),
    'spec.filterRules[0].match[0].matchImageConfig',
    `is only valid when 'scope'`,
  ],
  ['spec.filterRules', filter({ match: [{}] }), 'spec.filterRules[0].match[0]', 'must specify exactly one of'],
  [
    'spec.filterRules',
    filter({ match: [{ matchNamespace: inside }] }),
    'spec.filterRules[0].match[0].matchNamespace.selector.matchExpressions[0].values',
    'must be specified',
  ],
  [probe, { podExec: { script: 'echo' } }, `${probe}.podExec.script`, 'script shebang is invalid'],
  [
    probe,
    { podExec: { script: `#!/${'b'.repeat(255)}` } },
    `${probe}.podExec.script`,
    'exceeds the 255 character limit',
  ],
  [probe, { jupyter: { lastActivity: true, portId: 'x' } }, `${probe}.jupyter.portId`, 'must reference a valid port'],
  [
    probe,
    { jupyter: { lastActivity: false, portId: 'jupyterlab' } },
    `${probe}.jupyter`,
    `'lastActivity' must be true`,
  ],
  [probe, {}, probe, 'must specify exactly one of'],
  [`${probe}.minProbeIntervalSeconds`, 3_601, probe, 'must be less than or equal to probeIntervalSeconds'],
  [probe, undefined, probe, 'activityProbe must be configured when'],
  ['spec.activityRules', [all, all], 'spec.activityRules[1].match', 'at most one catch-all'],
  ['spec.activityRules', [all, all], 'spec.activityRules[0].match', 'must be the last rule'],
  ['spec.activityRules', [all, some], 'spec.activityRules[0].match', 'must be the last rule'],
  ['spec.activityRules', [{ ...all, effect: {} }], 'spec.activityRules[0].effect', 'must specify at least one effect'],
  [
    'spec.spawner.icon',
    { url: 'a', configMap: {} },
    'spec.spawner.icon',
    `must specify exactly one of 'url' or 'configMap'`,
  ],
  [
    `${OPTIONS}.imageConfig.spawner.default`,
    'x',
    `${OPTIONS}.imageConfig.spawner.default`,
    'default imageConfig "x" not found',
  ],
  [`${PODS}.0.redirect`, { to: 'x' }, `${PODS}[tiny_cpu].redirect.to`, 'target podConfig "x" does not exist'],
  [
    `${PODS}.0.redirect`,
    { to: 'tiny_cpu' },
    `${PODS}[tiny_cpu].redirect.to`,
    'podConfig redirect cycle detected: [tiny_cpu]',
  ],
  [`${IMAGES}.2.redirect`, { to: V1_9 }, `${IMAGES}[${V1_9}].redirect.to`, `cycle detected: [${V1_9} ${SCIPY}]`],
  [
    `${IMAGES}.2.spec.ports`,
    [{ id: 'x', port: 1 }],
    `${IMAGES}[${SCIPY}].spec.ports[x].id`,
    'missing from spec.podTemplate.ports',
  ],
  [
    `${IMAGES}.2.spec.ports.1`,
    { id: 'y', port: 8888 },
    `${IMAGES}[${SCIPY}].spec.ports[y].port`,
    'port 8888 is defined more than once',
  ],
])('returns an error for a WorkspaceKind with %s = %j', (path, value, field, message) => {
  const cause = { field, message: expect.stringContaining(message) };
  expect(validateWorkspaceKind(changed(workspaceKind, path, value))).toContainEqual(expect.objectContaining(cause));
});

function filter(rule: object): readonly object[] {
  const valid = {
    scope: 'WORKSPACE_KIND',
    effect: { ui: { hide: true } },
    match: [{ matchNamespace: { selector: {} } }],
  };
  return [{ ...valid, ...rule }];
}

/** Returns a copy with another value at a path such as `spec.ports.0`. */
function changed<T extends object>(object: T, path: string, value: unknown): T {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<object>(
    (at, key) => Object.getOwnPropertyDescriptor(at, key)?.value ?? Object.assign(at, { [key]: {} })[key],
    copy,
  );
  Object.assign(parent, { [last]: value });
  return copy;
}
