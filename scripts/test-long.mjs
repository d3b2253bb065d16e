// Runs the contract suite against kube-apiserver of the newest and of the oldest supported version of Kubernetes.
//   npm run test:long [-- <arguments of vitest>]
// KUBEBUILDER_ASSETS names the directory with etcd, kube-apiserver and kubectl of the newest, KUBEBUILDER_ASSETS_OLDEST that
// of the oldest. If one is not set, control-plane.mjs installs that version if it can. Exit status 1 if a run fails or a
// version is not available.
import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install } from './control-plane.mjs';

const versions = [
  { version: '1.37', variable: 'KUBEBUILDER_ASSETS' },
  { version: '1.34', variable: 'KUBEBUILDER_ASSETS_OLDEST' },
];

const failures = versions.map(run).filter((failure) => failure !== undefined);
for (const failure of failures) console.error(`test:long: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Returns why the run did not succeed. */
function run({ version, variable }) {
  const assets = process.env[variable] || install(version);
  if (!assets)
    return `Kubernetes ${version} is not tested: set ${variable} to a directory with its etcd and kube-apiserver`;
  const found = versionIn(assets);
  if (!found.startsWith(`v${version}.`))
    return `Kubernetes ${version} is not tested: expected kube-apiserver v${version} in ${variable}, got ${found}`;
  console.log(`test:long: the contract suite against Kubernetes ${found}`);
  const { TEST_RESULTS_DIR: _, ...environment } = process.env;
  const { status } = spawnSync('npm', ['run', 'test:contract', '--', ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...environment, KUBEBUILDER_ASSETS: assets },
  });
  return status === 0 ? undefined : `the contract suite failed against Kubernetes ${found}`;
}

function versionIn(assets) {
  const text = execFileSync(join(assets, 'kube-apiserver'), ['--version'], { encoding: 'utf8' });
  return text.trim().replace(/^Kubernetes /u, '');
}
