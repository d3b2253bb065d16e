import { expect } from 'vitest';
import { namespace, workspace } from './manifests.ts';
import { base64, MOUNTABLE, secret } from './storage.ts';

/** Returns the spec of a workspace that mounts secrets of these names. */
export const mounting = (...names: readonly string[]) => ({
  podTemplate: {
    volumes: { secrets: names.map((secretName) => ({ secretName, mountPath: `/${secretName}` })) },
    options: { imageConfig: 'scipy', podConfig: 'tiny' },
  },
});
/** A workspace that mounts an existing and a missing secret. */
export const nb = workspace('nb', { spec: mounting('token', 'gone') });
/** Annotations, two of which contain secret values. */
export const revealing = {
  'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { a: base64('hidden-a') } }),
  'openshift.io/token-secret.value': 'hidden-token',
  'notebooks.kubeflow.org/created-by': 'ada',
};
export const token = secret('token', { metadata: { annotations: revealing, labels: MOUNTABLE } });
const locked = secret('locked', { metadata: { labels: {} }, type: 'example.org/key', immutable: true });
/** A workspace, a secret that its users may change, and one that they may not change. */
export const objects = [namespace('team-a'), nb, token, locked];

/** Expects that none of these contains a secret value, plain or encoded. */
export function expectNothingHidden(...outputs: readonly unknown[]): void {
  const text = JSON.stringify(outputs);
  for (const value of ['hidden', base64('hidden-a'), base64('hidden-b'), base64('new-hidden')])
    expect(text).not.toContain(value);
}
