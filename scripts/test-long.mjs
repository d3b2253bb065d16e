// Runs the property, integration and abuse tests with many seeds and cycles, the tests of replicas, the failure drills against a real
// control plane, then the contract suite against kube-apiserver of the newest and of the oldest supported version of Kubernetes. Takes hours.
//   npm run test:long [-- <arguments of vitest for the contract suite, which then runs alone>]
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

const longSuites = [
  {
    script: 'test:property',
    environment: {
      CONVERGENCE_SEEDS: '300',
      EVERY_KIND_SEEDS: '100',
      LIVE_CURSOR_SEEDS: '300',
      RBAC_SEEDS: '100',
      LEAK_SEEDS: '20',
      LIVE_LEAK_SEEDS: '100',
      CLIENT_CUTS: '100',
      TOTALS_SEEDS: '200',
      EXECUTION_CASES: '100000',
      EXECUTION_SEEDS: '18-21',
    },
  },
  { script: 'test:integration', environment: { LEAK_CYCLES: '10000' } },
  { script: 'test:abuse', environment: { ABUSE_INPUTS: '100000' } },
  { script: 'test:replicas', environment: { REPLICA_SUBSCRIBERS: '1000' } },
];

/** Directory of each version, by variable. Undefined if it is not available. */
const assets = Object.fromEntries(
  versions.map(({ version, variable }) => [variable, process.env[variable] || install(version)]),
);
const argumentsOfContract = process.argv.slice(2);
const results = [
  ...(argumentsOfContract.length === 0 ? [...longSuites.map(runLong), runDrills()] : []),
  ...versions.map(run),
];
const failures = results.filter((failure) => failure !== undefined);
for (const failure of failures) console.error(`test:long: ${failure}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Returns why a suite with many seeds did not succeed. */
function runLong({ script, environment }) {
  console.log(`test:long: ${script} with ${JSON.stringify(environment)}`);
  const { status } = runScript(script, [], environment);
  return status === 0 ? undefined : `${script} failed`;
}

/** Returns why the failure drills did not succeed. They replace the API server of the newest version by one of the oldest, and back. */
function runDrills() {
  const missing = versions.filter(({ variable }) => !assets[variable]);
  if (missing.length > 0)
    return `the failure drills did not run: set ${missing.map(({ variable }) => variable).join(' and ')}`;
  console.log('test:long: the failure drills');
  const { status } = runScript('test:drills', []);
  return status === 0 ? undefined : 'a failure drill failed';
}

/** Runs an npm script with the control planes. Its results are not those of a suite in TEST_RESULTS_DIR. */
function runScript(script, args, additions) {
  const { TEST_RESULTS_DIR: _, ...environment } = process.env;
  return spawnSync('npm', ['run', script, '--', ...args], {
    stdio: 'inherit',
    env: { ...environment, ...assets, ...additions },
  });
}

/** Returns why the contract suite did not succeed against a version. */
function run({ version, variable }) {
  const directory = assets[variable];
  if (!directory)
    return `Kubernetes ${version} is not tested: set ${variable} to a directory with its etcd and kube-apiserver`;
  const found = versionIn(directory);
  if (!found.startsWith(`v${version}.`))
    return `Kubernetes ${version} is not tested: expected kube-apiserver v${version} in ${variable}, got ${found}`;
  console.log(`test:long: the contract suite against Kubernetes ${found}`);
  const { status } = runScript('test:contract', argumentsOfContract, {
    KUBEBUILDER_ASSETS: directory,
    DEPLOYMENT_SUITES: 'all',
  });
  return status === 0 ? undefined : `the contract suite failed against Kubernetes ${found}`;
}

function versionIn(directory) {
  const text = execFileSync(join(directory, 'kube-apiserver'), ['--version'], { encoding: 'utf8' });
  return text.trim().replace(/^Kubernetes /u, '');
}
