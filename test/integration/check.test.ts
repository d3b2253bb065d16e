import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { deployedRoles, gatewayRoles, gatewayServiceAccount } from '../../dev/demo/users.ts';
import { POD_METRICS } from '../../dev/simulator/aggregated-resource.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { check } from '../../src/check.ts';
import { commandOf, helpText, UsageError } from '../../src/command-line.ts';
import { inspectConfig } from '../../src/config.ts';
import { features, permissionText, type IdentityMode } from '../../src/permissions.ts';
import { base64, kubeconfigText } from '../support/kubeconfig.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { waitFor } from '../support/wait-for.ts';

const { signal } = new AbortController();
const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');
const AUTH = {
  header: { AUTH_MODE: 'header' },
  impersonate: { AUTH_MODE: 'header', IMPERSONATE: 'true' },
  token: { AUTH_MODE: 'token' },
} as const;

async function checkOf(cluster: Simulator, env: Readonly<Record<string, string>>, token = gatewayServiceAccount.token) {
  await using directory = await createScratchDirectory();
  const KUBECONFIG = await directory.write('config', cluster.kubeconfigFor(token));
  return check(inspectConfig({ KUBECONFIG, ...env }), signal);
}

describe('--check', () => {
  it.each(['header', 'impersonate', 'token'] as const)(
    'finds no missing permission when the roles of deploy/ are applied for the mode %s',
    async (mode) => {
      const roles = [...gatewayRoles(mode), ...deployedRoles('components/finish-restarts')];
      const objects = [workspaceCrd, workspaceKindCrd, ...roles];
      await using cluster = await startSimulator({ users: [gatewayServiceAccount], objects });
      const { lines, passed } = await checkOf(cluster, AUTH[mode]);
      expect(lines.filter((line) => /^ {2}(?:missing|REQUIRED)/u.test(line))).toEqual([]);
      expect(lines).toContain('  ok          RBAC index');
      expect(passed).toBe(true);
    },
  );

  it('fails when the cluster serves no workspaces, or the account may not review tokens', async () => {
    await using cluster = await startSimulator({ users: [gatewayServiceAccount], objects: gatewayRoles('header') });
    const { lines, passed } = await checkOf(cluster, AUTH.token);
    expect(lines).toEqual(
      expect.arrayContaining([
        '  Workspace (kubeflow.org/v1beta1): REQUIRED, not served. Install its CustomResourceDefinition.',
        '  Job (batch.volcano.sh/v1alpha1): not served',
        expect.stringMatching(
          /^ {2}REQUIRED {4}Bearer tokens: create tokenreviews \(authentication\.k8s\.io\)\. Every /u,
        ),
      ]),
    );
    expect(passed).toBe(false);
  });

  it('names the served versions when the cluster serves a kind in others', async () => {
    const { spec } = Object(workspaceCrd);
    const versions = ['v1alpha1', 'v2'].map((name) => ({ ...spec.versions[0], name }));
    const otherCrd = { ...workspaceCrd, spec: { ...spec, versions } };
    await using cluster = await startSimulator({ objects: [otherCrd, workspaceKindCrd] });
    const { lines, passed } = await checkOf(cluster, AUTH.token, cluster.token);
    expect(lines).toEqual(
      expect.arrayContaining([
        '  Workspace (kubeflow.org/v1beta1): REQUIRED, not served: expected v1beta1, got v2, v1alpha1. Install the CustomResourceDefinition that serves v1beta1.',
        '  WorkspaceKind (kubeflow.org/v1beta1): served',
      ]),
    );
    expect(passed).toBe(false);
  });

  it('asks for no permissions on the commands of Volcano when the cluster serves no Volcano jobs', async () => {
    await using cluster = await startSimulator({
      users: [gatewayServiceAccount],
      objects: [workspaceCrd, workspaceKindCrd],
    });
    const { lines } = await checkOf(cluster, AUTH.header);
    expect(lines).toContain('  not served  Changes of Volcano jobs');
  });

  it('asks for no permission on the usage of pods when the cluster serves no metrics API', async () => {
    const objects = [workspaceCrd, workspaceKindCrd, ...gatewayRoles('header')];
    await using without = await startSimulator({ users: [gatewayServiceAccount], objects });
    expect((await checkOf(without, AUTH.header)).lines).toContain('  not served  Usage of pods');
    await using cluster = await startSimulator({ users: [gatewayServiceAccount], objects, aggregated: [POD_METRICS] });
    expect((await checkOf(cluster, AUTH.header)).lines).toContain('  ok          Usage of pods');
  });

  it.each([
    ['a required kind', '/apis/kubeflow.org/v1beta1', '  Workspace (kubeflow.org/v1beta1): REQUIRED, unknown: down'],
    [
      'a required permission',
      'selfsubjectaccessreviews',
      '  unknown     Workspaces, WorkspaceKinds and Namespaces: down',
    ],
  ])('fails, and prints the reason, when it cannot find out about %s', async (_, suffix, line) => {
    await using cluster = await startSimulator({ objects: [workspaceCrd, workspaceKindCrd] });
    cluster.faults.refuse({
      status: 503,
      reason: 'ServiceUnavailable',
      message: 'down',
      when: ({ url }) => url.endsWith(suffix),
    });
    const { lines, passed } = await checkOf(cluster, AUTH.token, cluster.token);
    expect(lines).toContain(line);
    expect(passed).toBe(false);
  });

  it('names the address when it is not that of an API server', async () => {
    await using server = await startLoopbackServer({ answer: (response) => void response.end('<html></html>') });
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', kubeconfigText({ server: server.url }));
    const { lines } = await check(inspectConfig({ KUBECONFIG }), signal);
    expect(lines.at(-1)).toContain(`the API server at ${server.url} to return its version`);
  });

  it.each([
    ['connects to', {}],
    ['cannot use', { answer: (response: ServerResponse) => void response.writeHead(401).end() }],
  ])('prints no user and password of the URL of an API server that it %s', async (_, answering) => {
    await using server = await startLoopbackServer(answering);
    await using directory = await createScratchDirectory();
    const address = server.url.replace('//', '//zqsecretqz:zqsecret%20qz@');
    const KUBECONFIG = await directory.write('config', kubeconfigText({ server: address }));
    const lines = (await check(inspectConfig({ KUBECONFIG }), signal)).lines.join('\n');
    expect(lines).toContain(server.url);
    expect(lines).not.toContain('zqsecret');
    expect(server.seen[0]?.authorization).toBe(`Basic ${base64('zqsecretqz:zqsecret qz')}`);
  });

  it('ends when it is interrupted while the API server does not answer', async () => {
    await using server = await startLoopbackServer({ answer: () => undefined });
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', kubeconfigText({ server: server.url }));
    const child = spawn(process.execPath, [MAIN, '--check'], {
      env: { PATH: process.env['PATH'], KUBECONFIG },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = text(child.stdout);
    const exited = once(child, 'exit');
    await waitFor(() => server.seen.length > 0, 'the check asks the API server');
    child.kill('SIGINT');
    expect(await exited).toEqual([1, null]);
    expect(await output).toMatch(/\n {2}The check was interrupted\.\n$/u);
  });

  it('prints the effective settings without secrets, and fails, when the API server rejects the token', async () => {
    await using cluster = await startSimulator();
    const HTTPS_PROXY = 'http://me:zqsecretqz@proxy.example.com:3128';
    const { lines, passed } = await checkOf(
      cluster,
      {
        HTTPS_PROXY,
        HTTP_PROXY: 'me:zq,secretqz@zqsecretqz@proxy:3128',
        no_proxy: 'http://me:zq/secretqz@cluster.test',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:zqsecretqz@otel:4318',
        PROMETHEUS_GPU_LOAD_QUERY: 'gpu_load @ end()',
        MAX_PAGE: '7',
        OTEL_EXPORTER_OTLP_HEADERS: 'x=zqsecretqz',
      },
      'zqexpiredqz',
    );
    expect(lines).toEqual(
      expect.arrayContaining([
        '  MAX_PAGE=7 (environment)',
        '  PORT=4000 (default)',
        '  MAX_DOCUMENT_TOKENS=10000 (default)',
        '  OTEL_EXPORTER_OTLP_HEADERS=*** (environment)',
        '  HTTPS_PROXY=http://***@proxy.example.com:3128 (environment)',
        '  HTTP_PROXY=***@proxy:3128 (environment)',
        '  NO_PROXY=http://***@cluster.test (environment)',
        '  OTEL_EXPORTER_OTLP_ENDPOINT=http://***@otel:4318 (environment)',
        '  PROMETHEUS_GPU_LOAD_QUERY=gpu_load @ end() (environment)',
        expect.stringContaining('to accept the credentials of the kubeconfig, got 401 Unauthorized'),
      ]),
    );
    expect(lines.join('\n')).not.toMatch(/secretqz|zqexpiredqz/u);
    expect(passed).toBe(false);
  });

  it('prints a warning when a variable closely resembles a setting', async () => {
    await using cluster = await startSimulator();
    const { lines } = await checkOf(cluster, { MAX_PAGES: '7' });
    const heading = lines.indexOf('Warnings');
    expect(lines.slice(heading - 1, heading + 3)).toEqual([
      '',
      'Warnings',
      '  Expected the name of a setting, got the variable "MAX_PAGES", which has no effect. Did you mean MAX_PAGE?',
      '',
    ]);
  });

  it('exits with 1 and prints all mistakes when settings are not valid', async () => {
    const env = { PATH: process.env['PATH'], KUBECONFIG: '/dev/null', PORT: 'x', MAX_PAGE: '0' };
    const { promise, resolve } = Promise.withResolvers<readonly [unknown, string]>();
    execFile(process.execPath, [MAIN, '--check'], { env }, (error, stdout) => resolve([error?.code, stdout]));
    const [code, output] = await promise;
    expect(output).toMatch(/Mistakes\n {2}Expected PORT .*\n {2}Expected MAX_PAGE .*\n$/u);
    expect(code).toBe(1);
  });
});

describe('the command line', () => {
  it.each([
    ['| true', '0', ''],
    ['> /dev/full', '1', 'Cannot write to the standard output: ENOSPC: no space left on device, write\n'],
  ])('prints no stack when its output cannot be written: %s', async (target, code, message) => {
    const command = `exec 3>&1; { "$0" "$1" --help; echo $? >&3; } ${target}`;
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const env = { PATH: process.env['PATH'] };
    execFile('/bin/sh', ['-c', command, process.execPath, MAIN], { env }, (_, ...outputs) => resolve(outputs));
    expect(await promise).toEqual([`${code}\n`, message]);
  });

  it.each([
    [[], 'serve'],
    [['--check'], 'check'],
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['--version'], 'version'],
  ] as const)('selects a command when the arguments are %j', (args, command) => {
    expect(commandOf(args)).toBe(command);
  });

  it.each([['--port=4000'], ['--checks'], ['serve'], ['--check=yes']])('refuses the argument %s', (argument) => {
    expect(() => commandOf([argument])).toThrow(UsageError);
  });

  it('names the settings with their defaults in the help', () => {
    expect(helpText()).toContain('\n  LISTEN_HOST=127.0.0.1\n  PORT=4000\n');
  });
});

describe('the table of permissions', () => {
  it.each(['header', 'impersonate', 'token'] as const)(
    'prints every permission of the roles of deploy/ for %s',
    (mode) => {
      const roles = [...gatewayRoles(mode), ...deployedRoles('components/finish-restarts')];
      const rules = roles.flatMap(({ rules: list = [] }) => list as readonly Rule[]);
      const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
        ),
      );
      expect([...new Set(granted)].sort()).toEqual(neededIn(mode));
    },
  );

  it('prints the same table of permissions as docs/installation.md', async () => {
    const page = await readFile(path.resolve(import.meta.dirname, '../../docs/installation.md'), 'utf8');
    const rows = features.map(({ name, permissions, modes, required, without }) => {
      const used = modes.length === 4 ? 'all' : modes.join(', ');
      const needed = permissions.map(permissionText).join('; ');
      return `| ${name} | ${needed} | ${used} | ${required ? 'Required. ' : ''}${without} |`;
    });
    expect(page).toContain(rows.join('\n'));
  });
});

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

function neededIn(mode: IdentityMode): readonly string[] {
  const needed = features
    .filter(({ modes }) => modes.includes(mode))
    .flatMap(({ permissions }) => permissions)
    .flatMap(({ group, resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}.${group}`)),
    );
  return [...new Set(needed)].sort();
}
