import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { POD_METRICS } from './aggregated-resource.ts';
import { startTestSimulator, widget, WIDGET_DEFINITION } from './test-simulator.ts';

const run = promisify(execFile);
const kubectl = findKubectl();
if (kubectl === undefined) console.warn('Skipping the kubectl tests: there is no kubectl on the PATH.');

it.skipIf(kubectl === undefined)('serves kubectl get, apply, patch and delete', async () => {
  await using test = await startTestSimulator();
  await using shell = await openShell(test.simulator.kubeconfig);
  const file = await shell.save(widget('a'));
  expect(await shell.kubectl('apply', '-f', file)).toContain('widget.example.org/a created');
  expect(await shell.kubectl('patch', 'wd', 'a', '--type=merge', '-p', '{"spec":{"size":5}}')).toContain('patched');
  const replace = '[{"op":"replace","path":"/spec/size","value":6}]';
  expect(await shell.kubectl('patch', 'wd', 'a', '--type=json', '-p', replace)).toContain('patched');
  expect(await shell.kubectl('patch', 'ns', 'default', '-p', '{"metadata":{"labels":{"a":"b"}}}')).toContain('patched');
  expect(await shell.kubectl('get', 'widgets')).toMatch(/NAME\s+SIZE\na\s+6\n/u);
  expect(await shell.kubectl('get', 'all', '-o', 'name')).toBe('widget.example.org/a\n');
  expect(await shell.kubectl('delete', 'widget', 'a')).toContain('deleted');
});

it.skipIf(kubectl === undefined)('serves kubectl api-resources and auth can-i', async () => {
  await using test = await startTestSimulator();
  await using shell = await openShell(test.simulator.kubeconfig);
  expect(await shell.kubectl('api-resources')).toMatch(/widgets\s+wd\s+example\.org\/v1\s+true\s+Widget/u);
  expect(await shell.kubectl('api-versions')).toContain('example.org/v1');
  expect(await shell.kubectl('auth', 'can-i', 'create', 'widgets')).toBe('yes\n');
  expect(await shell.kubectl('create', 'secret', 'generic', 's', '--from-literal=a=b')).toContain('created');
  expect(await shell.kubectl('get', 'secret', 's', '-o', 'jsonpath={.data.a}')).toBe('Yg==');
  expect(await shell.kubectl('apply', '-f', await shell.save(WIDGET_DEFINITION))).toContain('configured');
});

it.skipIf(kubectl === undefined)('serves kubectl explain for the fields of a custom resource', async () => {
  await using test = await startTestSimulator();
  await using shell = await openShell(test.simulator.kubeconfig);
  expect(await shell.kubectl('explain', 'widget.spec.mounts')).toMatch(
    /KIND:\s+Widget\n[^]*path\s+<string> -required-/u,
  );
});

it.skipIf(kubectl === undefined)('returns schema violations to kubectl', async () => {
  await using test = await startTestSimulator();
  await using shell = await openShell(test.simulator.kubeconfig);
  const surplus = shell.kubectl('apply', '-f', await shell.save(widget('a', { surplus: 1 })));
  await expect(surplus).rejects.toThrow('unknown field "spec.surplus"');
  const wrong = shell.kubectl('apply', '-f', await shell.save(widget('a', { color: 'green' })));
  await expect(wrong).rejects.toThrow('* spec.color: Unsupported value: "green"');
});

it.skipIf(kubectl === undefined)('serves kubectl get --watch', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using shell = await openShell(test.simulator.kubeconfig);
  await using rows = shell.follow('get', 'widgets', '--watch', '--no-headers');
  expect(await rows.next()).toMatch(/^a\s+3$/u);
  test.simulator.apply(widget('a', { size: 4 }));
  expect(await rows.next()).toMatch(/^a\s+4$/u);
});

it.skipIf(kubectl === undefined)('serves kubectl logs and kubectl top', async () => {
  const place = { name: 'nb', namespace: 'default' };
  const status = { containerStatuses: [{ name: 'main', state: { running: {} } }] };
  const spec = { nodeName: 'worker-1', containers: [{ name: 'main' }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: place, spec, status };
  const containers = [{ name: 'main', usage: { cpu: '250m', memory: '64Mi' } }];
  const used = { timestamp: '2026-11-25T10:00:00Z', window: '15s', containers };
  const metrics = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'PodMetrics', metadata: place, ...used };
  await using test = await startTestSimulator({ aggregated: [POD_METRICS], objects: [pod, metrics] });
  await using shell = await openShell(test.simulator.kubeconfig);
  test.simulator.log('default', 'nb', 'main', 'one\ntwo');
  expect(await shell.kubectl('logs', 'nb', '--tail=1')).toBe('two\n');
  expect(await shell.kubectl('top', 'pods', '--no-headers')).toMatch(/^nb\s+250m\s+64Mi\s*$/u);
  await using lines = shell.follow('logs', '--follow', 'nb');
  expect([await lines.next(), await lines.next()]).toEqual(['one', 'two']);
  test.simulator.log('default', 'nb', 'main', 'three');
  expect(await lines.next()).toBe('three');
});

interface Shell extends AsyncDisposable {
  readonly kubectl: (...commandLine: readonly string[]) => Promise<string>;
  readonly follow: (...commandLine: readonly string[]) => Rows;
  readonly save: (manifest: object) => Promise<string>;
}

interface Rows extends AsyncDisposable {
  readonly next: () => Promise<string | undefined>;
}

/** A directory to run kubectl in, with its own kubeconfig and cache. */
async function openShell(kubeconfig: string): Promise<Shell> {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  const config = join(folder, 'kubeconfig');
  await writeFile(config, kubeconfig);
  const always = ['--kubeconfig', config, '--cache-dir', join(folder, 'cache')];
  let saved = 0;
  return {
    async kubectl(...commandLine) {
      return (await run(kubectl ?? 'kubectl', [...always, ...commandLine])).stdout;
    },
    follow(...commandLine) {
      const child = spawn(kubectl ?? 'kubectl', [...always, ...commandLine]);
      const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
      const exited = once(child, 'exit');
      return {
        next: async () => (await lines.next()).value,
        async [Symbol.asyncDispose]() {
          child.kill();
          await exited;
        },
      };
    },
    async save(manifest) {
      saved += 1;
      const file = join(folder, `${saved}.json`);
      await writeFile(file, JSON.stringify(manifest));
      return file;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

function findKubectl(): string | undefined {
  return ['kubectl', join(homedir(), '.cache/control-plane/bin/kubectl')].find((command) => {
    try {
      execFileSync(command, ['version', '--client'], { stdio: 'ignore' });
      return true;
    } catch {
      // Not installed here: the next directory may have it.
      return false;
    }
  });
}
