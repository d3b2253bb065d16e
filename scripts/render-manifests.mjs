// Writes one file of manifests for each overlay, with a published image, for the release and for clusters without kustomize.
//   node scripts/render-manifests.mjs <image> <directory>      such as ghcr.io/owner/workspaces-gateway@sha256:…
// Needs kubectl on the PATH, or in KUBEBUILDER_ASSETS.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [image, directory] = process.argv.slice(2);
if (!image || !directory) throw new TypeError('Expected an image and a directory as arguments.');
const kubectl = process.env.KUBEBUILDER_ASSETS ? join(process.env.KUBEBUILDER_ASSETS, 'kubectl') : 'kubectl';
const overlays = join(import.meta.dirname, '../deploy/overlays');

mkdirSync(directory, { recursive: true });
for (const overlay of readdirSync(overlays)) {
  const built = execFileSync(kubectl, ['kustomize', join(overlays, overlay)], { encoding: 'utf8' });
  const published = built.replaceAll(/image: workspaces-gateway:\S+/gu, `image: ${image}`);
  if (published === built) throw new Error(`Expected the image workspaces-gateway in ${overlay}, got none.`);
  writeFileSync(join(directory, `${overlay}.yaml`), published);
}
