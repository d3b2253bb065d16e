// Checks that a tag can be released, and prints the notes of its version in CHANGELOG.md.
//   node scripts/check-release.mjs v1.2.3
// The version has to be in package.json, client/package.json and deploy/base/kustomization.yaml, and has to be a section of CHANGELOG.md.
// Exit status 1, and all mistakes on stderr, if it cannot.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..');
const tag = process.argv[2] ?? '';
const version = tag.replace(/^v/u, '');

const found = {
  'package.json': JSON.parse(read('package.json')).version,
  'client/package.json': JSON.parse(read('client/package.json')).version,
  'deploy/base/kustomization.yaml': parse(read('deploy/base/kustomization.yaml')).images[0].newTag,
};
const notes = sectionOf(read('CHANGELOG.md'));
const mistakes = [
  ...(/^v\d+\.\d+\.\d+(?:-[\w.]+)?$/u.test(tag) ? [] : [`Expected a tag such as v1.2.3, got ${JSON.stringify(tag)}.`]),
  ...Object.entries(found).flatMap(([file, actual]) =>
    actual === version ? [] : [`Expected the version ${version} in ${file}, got ${actual}.`],
  ),
  ...(notes === undefined ? [`Expected a section "## [${version}]" with text in CHANGELOG.md, got none.`] : []),
];
if (mistakes.length === 0) console.log(notes);
else {
  console.error(mistakes.join('\n'));
  process.exitCode = 1;
}

function read(file) {
  return readFileSync(join(root, file), 'utf8');
}

/** Returns the text below the heading of the version; undefined if there is none. */
function sectionOf(changelog) {
  const sections = changelog.split(/^## /mu).map((section) => section.split(/\n(.*)/su));
  const text = sections.find(([heading]) => heading.startsWith(`[${version}]`))?.[1]?.trim();
  return text || undefined;
}
