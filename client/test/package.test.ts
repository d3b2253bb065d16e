import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { createScratchDirectory } from '../../test/support/scratch-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAX_BYTES = 3_000;
const run = promisify(execFile);

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

function manifestOf(file: string): Manifest {
  return JSON.parse(readFileSync(`${ROOT}${file}`, 'utf8')) as Manifest;
}

const manifest = manifestOf('client/package.json');

/** Uses the package as a project with the strictest type checks does. `node_modules` is that of this repository. */
const CONSUMER = `
  import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
  import { createClient as createSseClient } from 'graphql-sse';
  import { createClient as createWebSocketClient } from 'graphql-ws';
  import { followList, ListError, type ListState } from '${manifest.name}';
  import { followInCache } from '${manifest.name}/apollo';
  import { listSignal } from '${manifest.name}/preact';
  import { useLiveList } from '${manifest.name}/react';
  import { listUpdater, resumingSubscribe } from '${manifest.name}/relay';
  import { listStore } from '${manifest.name}/svelte';
  import { listQueryOptions } from '${manifest.name}/tanstack-query';
  import { listOf, liveListExchange } from '${manifest.name}/urql';

  type Row = { id: string; name: string };
  type Result = { __typename: 'Subscription'; workspaces: { type: 'ADDED' | 'SYNCED'; cursor: string; object: Row | null } };
  declare const document: TypedDocumentNode<Result, { namespace?: string | null }>;
  const list = followList(createWebSocketClient({ url: '' }), document, {});
  export const names = (result: { data?: Result }) => [
    useLiveList(() => list, []).rows[0]?.name,
    listSignal(list).value.rows[0]?.name,
    listOf(result)?.rows[0]?.name,
  ];
  export const bindings = [
    followInCache,
    listUpdater,
    resumingSubscribe,
    liveListExchange,
    listStore(list),
    listQueryOptions(['workspaces'], () => list),
  ];
  export const start = () => [
    followList(createWebSocketClient({ url: '' }), document, {}).state.rows.map(({ name }) => name.length),
    followList(createSseClient({ url: '' }), document, {}, {
      onChange: ({ rows, error }: ListState<Row>) => [rows[0]?.id, error instanceof ListError && error.code],
    }),
  ];
`;

const CONSUMER_TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    noEmit: true,
  },
  files: ['consumer.ts'],
};

/** Packages of the consumer that are links to those of this repository. */
const LINKED = [
  ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
  '@types/react',
  'graphql',
  'graphql-sse',
  'graphql-ws',
];

/** Type-checks the project, declarations included. Returns the errors, without those in the declarations of other packages. */
async function typeErrorsIn(project: string): Promise<string[]> {
  const { stdout } = await run(`${ROOT}node_modules/.bin/tsc`, ['-p', project]).catch((error: unknown) => {
    const failure = error as { stdout: string };
    if (failure.stdout.includes(': error TS')) return failure;
    throw error;
  });
  const errors = stdout.split('\n').filter((line) => line.includes(': error TS'));
  return errors.filter((line) => !line.startsWith('node_modules/') || line.includes(`/${manifest.name}/`));
}

it('declares the version of the gateway, and no dependency but types', () => {
  expect(manifest.version).toBe(manifestOf('package.json').version);
  expect(Object.keys(manifest.dependencies)).toEqual(['@graphql-typed-document-node/core']);
});

it(`takes less than ${MAX_BYTES} bytes without bindings when it is minified and compressed`, async () => {
  const bundle = await rolldown({ input: `${ROOT}client/src/index.ts` });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  expect(output[0].code).toContain('RESET');
  expect(gzipSync(output[0].code, { level: 9 }).length).toBeLessThan(MAX_BYTES);
});

it('installs, type-checks and loads in a fresh project when it is packed', { timeout: 180_000 }, async () => {
  await using scratch = await createScratchDirectory();
  const source = `${scratch.path}/package`;
  const project = `${scratch.path}/project`;
  await Promise.all([mkdir(source), mkdir(project)]);
  await run(process.execPath, ['scripts/build-client.mjs', `${source}/dist`], { cwd: ROOT });
  await Promise.all(['package.json', 'README.md'].map((file) => cp(`${ROOT}client/${file}`, `${source}/${file}`)));
  const packed = await run('npm', ['pack', '--json', '--pack-destination', scratch.path], { cwd: source });
  const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }];
  expect(files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['README.md', 'dist/index.js', 'dist/index.d.ts']),
  );
  expect(files.filter(({ path }) => path.includes('.test.'))).toEqual([]);

  await scratch.write('project/package.json', JSON.stringify({ type: 'module' }));
  await scratch.write('project/tsconfig.json', JSON.stringify(CONSUMER_TSCONFIG));
  await scratch.write('project/consumer.ts', CONSUMER);
  // Offline: the other packages are links to those of this repository.
  const flags = ['--offline', '--install-links=false', '--no-audit', '--no-fund', '--legacy-peer-deps'];
  const packages = [`${scratch.path}/${filename}`, ...LINKED.map((name) => `file:${ROOT}node_modules/${name}`)];
  await run('npm', ['install', ...flags, ...packages], { cwd: project });
  expect(await typeErrorsIn(project)).toEqual([]);
  for (const entry of Object.keys(manifest.exports)) {
    const load = `import('${manifest.name}${entry.slice(1)}').then((names) => console.log(Object.keys(names).length))`;
    const { stdout } = await run(process.execPath, ['--eval', load], { cwd: project });
    expect([entry, Number(stdout) > 0]).toEqual([entry, true]);
  }
});
