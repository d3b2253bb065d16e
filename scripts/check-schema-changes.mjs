// Compares schema/schema.graphql with that of the last release, and names the changes that can break clients.
//   npm run schema:changes [-- <git revision or file>]      default: the newest tag v…
// Exit status 1 if there are breaking changes and the version in package.json has the same major version as the release (with 0.x: the
// same minor version). Dangerous changes, such as a new enum value, are printed only.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';

const root = join(import.meta.dirname, '..');
const FILE = 'schema/schema.graphql';

const base = process.argv[2] || newestRelease();
if (base === undefined) {
  console.log('schema:changes: there is no release yet, so no change can break a client.');
} else if (!existsSync(base) && !hasSchema(base)) {
  console.error(
    `schema:changes: expected a tag, another revision or a file with a schema, got ${JSON.stringify(base)}.`,
  );
  process.exitCode = 1;
} else {
  const [before, after] = [buildSchema(schemaOf(base)), buildSchema(readFileSync(join(root, FILE), 'utf8'))];
  const breaking = print('breaking', findBreakingChanges(before, after));
  print('dangerous', findDangerousChanges(before, after));
  const [earlier, current] = [versionOf(base), versionOf('package.json')];
  if (breaking > 0 && (earlier === undefined || compatibility(earlier) === compatibility(current))) {
    console.error(
      `schema:changes: expected no breaking changes since ${base}, got ${breaking}. Undo them, or raise the version.`,
    );
    process.exitCode = 1;
  }
}

function print(kind, changes) {
  console.log(`${changes.length} ${kind} changes since ${base}`);
  for (const { type, description } of changes) console.log(`  ${type}: ${description}`);
  return changes.length;
}

function newestRelease() {
  return git('tag', '--list', 'v*', '--sort=-version:refname')
    .split('\n')
    .find((tag) => tag !== '');
}

function hasSchema(revision) {
  try {
    return git('rev-parse', '--verify', '--quiet', `${revision}:${FILE}`) !== '';
  } catch {
    return false; // git prints nothing
  }
}

function schemaOf(revision) {
  return existsSync(revision) ? readFileSync(revision, 'utf8') : git('show', `${revision}:${FILE}`);
}

/** Returns the version in package.json, now or at a revision; undefined for a schema in a file. */
function versionOf(revision) {
  if (revision === 'package.json') return JSON.parse(readFileSync(join(root, revision), 'utf8')).version;
  return existsSync(revision) ? undefined : JSON.parse(git('show', `${revision}:package.json`)).version;
}

/** Returns the part of a version that a breaking change has to raise. */
function compatibility(version) {
  const [major, minor] = version.split('.');
  return major === '0' ? `0.${minor}` : major;
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 });
}
