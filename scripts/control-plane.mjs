// Prints the directory that holds etcd, kube-apiserver and kubectl for the contract suite.
//   export KUBEBUILDER_ASSETS="$(node scripts/control-plane.mjs [version])"
// If KUBEBUILDER_ASSETS is set, that is the directory. Otherwise ../shared/control-plane/install, if it exists, builds the
// given version (default: the newest supported) once and keeps it: this needs Go 1.26 on the PATH and takes about 6 minutes
// on 2 cores. Exit status: 0; 1 if the installation failed; 2 if there is neither the variable nor the installer.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const installer = join(import.meta.dirname, '../../shared/control-plane/install');

const canInstall = existsSync(installer);

/** Returns the directory with the binaries of `version`, or undefined if they cannot be installed. The reason is on stderr. */
export function install(version) {
  if (!canInstall) return undefined;
  const { status, stdout } = spawnSync(installer, version === undefined ? [] : [version], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

function main([version]) {
  const assets = process.env['KUBEBUILDER_ASSETS'] || install(version);
  if (assets) {
    console.log(assets);
    return 0;
  }
  if (canInstall) {
    console.error('control-plane: the installation failed; see above. Building needs Go 1.26 on the PATH.');
    return 1;
  }
  console.error(
    'control-plane: KUBEBUILDER_ASSETS is not set and ../shared/control-plane/install does not exist: the contract suite ' +
      'runs against the simulator only. Set KUBEBUILDER_ASSETS to a directory with etcd, kube-apiserver and kubectl.',
  );
  return 2;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
