import type { Manifest } from '../../simulator/api-object.ts';
import { IMAGE_SOURCE_LABEL } from '../marks.ts';
import type { Picture } from '../workspace-kind.ts';

const NAME = 'workspace-pictures';
const NAMESPACE = 'kubeflow-system';

/** The config map that holds the pictures of the kinds that bring their own. */
export const pictures = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: NAME, namespace: NAMESPACE, labels: { [IMAGE_SOURCE_LABEL]: 'true' } },
  data: { 'codeserver.svg': badge('#0098ff', '&lt;/&gt;'), 'rstudio.svg': badge('#75aadb', 'R') },
} satisfies Manifest;

/** A picture in that config map. */
export function ownPicture(key: string): Picture {
  return { configMap: { name: NAME, namespace: NAMESPACE, key, mediaType: 'image/svg+xml' } };
}

function badge(colour: string, text: string): string {
  const frame = `<rect width="64" height="64" rx="12" fill="${colour}"/>`;
  const letters = `<text x="32" y="42" font-family="sans-serif" font-size="26" text-anchor="middle" fill="#fff">${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${frame}${letters}</svg>`;
}
