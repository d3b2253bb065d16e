// Writes the content of the image to a directory: sbom.cdx.json (CycloneDX, by `npm sbom`) and licenses.txt, the notices that the licenses
// of the bundled packages ask for. Fails if a package has a license that is not listed below. The same packages give the same files.
//   node scripts/bill-of-materials.mjs <directory>
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ACCEPTED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
]);

const root = join(import.meta.dirname, '..');
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

const directory = process.argv[2];
if (!directory) throw new TypeError('Expected a directory as argument, got nothing.');
const shipped = shippedPackages();
const refused = shipped.filter(({ license }) => !ACCEPTED.has(license));
if (refused.length > 0) {
  const named = refused.map(({ name, license }) => `${name} (${license})`).join(', ');
  throw new Error(
    `Expected licenses among ${[...ACCEPTED].join(', ')}, got ${named}. Replace the package, or accept its license.`,
  );
}
mkdirSync(directory, { recursive: true });
writeFileSync(join(directory, 'licenses.txt'), shipped.map(noticeOf).join('\n'));
writeFileSync(join(directory, 'sbom.cdx.json'), sbom());
console.log(`bill-of-materials: ${shipped.length} packages in ${directory}`);

/** Dependencies of the gateway, and the packages that the dashboard's page imports, with all that they depend on. */
function shippedPackages() {
  const pending = [...Object.keys(packages[''].dependencies), ...importsOfThePage()].map((name) => [name, '']);
  const found = new Map();
  for (let next = pending.pop(); next; next = pending.pop()) {
    const path = locate(...next);
    const entry = packages[path];
    if (entry === undefined || found.has(path)) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.set(path, { name, path, version: entry.version, license: licenseOf(path) });
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (peer) => !entry.peerDependenciesMeta?.[peer]?.optional,
    );
    for (const dependency of [...Object.keys(entry.dependencies ?? {}), ...peers]) pending.push([dependency, path]);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Returns the path of the package that `name` means to the package at `from`, as Node resolves it. */
function locate(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (packages[path] || at === '') return path;
  }
}

function importsOfThePage() {
  const files = globSync(['web/src/**/*.{ts,tsx}', 'client/src/{index,preact}.ts'], {
    cwd: root,
    exclude: ['**/*.test.*'],
  });
  const specifiers = files.flatMap((file) =>
    Array.from(
      readFileSync(join(root, file), 'utf8').matchAll(/ from '((?:@[^/']+\/)?[^./'][^/']*)/gu),
      ([, name]) => name,
    ),
  );
  return [...new Set(specifiers)].filter((name) => `node_modules/${name}` in packages);
}

function licenseOf(path) {
  const { license } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  return typeof license === 'object' ? license.type : (license ?? 'none');
}

/** Returns the license files of a package under a heading. */
function noticeOf({ name, version, license, path }) {
  const files = readdirSync(join(root, path)).filter((file) => /^(?:licen[cs]e|notice|copying)/iu.test(file));
  const texts = files.map((file) => readFileSync(join(root, path, file), 'utf8').trim());
  return ['='.repeat(80), `${name} ${version}: ${license}`, '', ...texts, ''].join('\n');
}

/**
 * The bill of all packages in the lock file, reduced to those of the image and to Node. npm names the application after its directory, and
 * adds the time and a random serial number: the time is left out, and the number follows from the content.
 */
function sbom() {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const bill = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }));
  const kept = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const isKept = (reference) => kept.has(reference) || /^node-linux-|^workspaces-graphql-gateway@/u.test(reference);
  const components = bill.components.filter((component) => isKept(component['bom-ref']));
  const dependencies = bill.dependencies
    .filter(({ ref }) => isKept(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) }));
  const { timestamp: _time, ...rest } = bill.metadata;
  const metadata = { ...rest, component: { ...rest.component, name: packages[''].name } };
  const content = { ...bill, serialNumber: undefined, metadata, components, dependencies };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(content))}`;
  return `${JSON.stringify({ ...content, serialNumber }, null, 1)}\n`;
}

/** Returns a UUID of version 8 (RFC 9562): it is derived from a text. */
function uuidOf(text) {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/u, '$1-$2-$3-$4-$5');
}
