// Runs before `npm run demo`, `npm test` and `npm run verify`, with nothing installed and on any Node from 20 on:
// installs what package-lock.json asks for if that has not been done, and makes sure that Node 24 runs the rest.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wantedNodeMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const installedLock = join(modules, '.package-lock.json');

const reason = reasonToInstall();
if (reason) install(reason);
requireNode();

function reasonToInstall() {
  if (!existsSync(installedLock)) return 'nothing is installed yet';
  return isInstalled() ? undefined : 'package-lock.json asks for other packages than those installed';
}

// npm writes beside the packages what it has installed; optional packages of other platforms are not among them.
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(installedLock);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const present = installed[path];
    return path === '' || (present ? present.version === version : optional);
  });
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

function install(why) {
  console.log(`Installing packages (npm ci), because ${why}: about half a minute`);
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['ci', ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`npm ci did not succeed (status ${status}); its messages are above`);
}

// npm scripts run the `node` of node_modules/.bin where there is one (Linux on x64 and arm64), else the one on the PATH.
function requireNode() {
  const local = join(modules, '.bin', 'node');
  const version = existsSync(local) ? execFileSync(local, ['--version'], { encoding: 'utf8' }).trim() : process.version;
  if (Number.parseInt(version.slice(1), 10) >= wantedNodeMajor) return;
  fail(
    `Node ${wantedNodeMajor} or later is needed, this is ${version} on ${process.platform}-${process.arch}. On Linux (x64, arm64) ` +
      'npm installs it with the optional packages; on other platforms install it from https://nodejs.org',
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
