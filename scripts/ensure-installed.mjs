// Runs before the npm scripts that need packages, on Node 20 or later with nothing installed. Installs the packages of
// package-lock.json unless they are installed, and fails unless npm scripts run Node 24 or later.
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
  return isInstalled() ? undefined : 'the installed packages differ from package-lock.json';
}

// npm lists the installed packages in a file next to them. Optional packages of other platforms are missing in it.
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
  if (status !== 0) fail(`Expected npm ci to succeed, got exit status ${status}; see its messages above.`);
}

// npm scripts run the `node` of node_modules/.bin if there is one (Linux on x64 and arm64), else the one on the PATH.
function requireNode() {
  const local = join(modules, '.bin', 'node');
  const version = existsSync(local) ? execFileSync(local, ['--version'], { encoding: 'utf8' }).trim() : process.version;
  if (Number.parseInt(version.slice(1), 10) >= wantedNodeMajor) return;
  fail(
    `Expected Node ${wantedNodeMajor} or later, got ${version} on ${process.platform}-${process.arch}. On Linux (x64, arm64) ` +
      'npm installs it with the optional packages; on other platforms install it from https://nodejs.org',
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
