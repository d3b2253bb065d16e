import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRIES = ['main.ts', 'dev/demo/main.ts'];

interface Rule {
  /** Folders and files that may be imported. */
  readonly may: readonly string[];
  /** Folders and files of which only types may be imported. */
  readonly types?: readonly string[];
}

/** Modules for names of Kubernetes kinds and label selectors. They have no dependencies and send no requests. */
const kubernetesWords = ['kubernetes/label-selector.ts', 'kubernetes/object.ts', 'kubernetes/resource.ts'];
const stages = [
  'scheduling/',
  'kubernetes/',
  'settings/',
  'prometheus/',
  'cache/',
  'auth/',
  'viewer-client/',
  'graphql/',
  'execution/',
  'mutations/',
  'subscriptions/',
  'kinds/',
  'observability/',
  'server/',
];

/** Allowed imports of each folder. The files directly in `src` compose the layers; the demo and tests may import everything. */
const rules: Readonly<Record<string, Rule>> = {
  scheduling: { may: [] },
  kubernetes: { may: [] },
  settings: { may: ['graphql/json-values.ts', 'kubernetes/'] },
  prometheus: { may: ['kubernetes/'] },
  cache: { may: ['kubernetes/'] },
  auth: { may: ['kubernetes/', 'scheduling/awaitable.ts'] },
  'viewer-client': { may: ['scheduling/', 'cache/', 'auth/', 'kubernetes/'] },
  graphql: { may: ['scheduling/', 'viewer-client/', 'auth/', 'kubernetes/'] },
  execution: { may: ['scheduling/', 'graphql/', 'viewer-client/', 'auth/', 'kubernetes/'], types: ['cache/'] },
  observability: { may: ['graphql/', 'cache/', 'kubernetes/'] },
  mutations: { may: ['graphql/', 'viewer-client/', 'auth/', 'kubernetes/'] },
  subscriptions: { may: ['scheduling/', 'execution/', 'graphql/', 'viewer-client/', 'auth/', 'kubernetes/'] },
  kinds: {
    may: ['graphql/', 'mutations/', 'subscriptions/', 'kubernetes/', 'scheduling/awaitable.ts'],
    types: ['viewer-client/'],
  },
  server: {
    may: ['scheduling/', 'execution/', 'graphql/', 'subscriptions/', 'auth/authenticator.ts'],
    types: ['auth/'],
  },
  '': {
    may: [
      ...stages,
      'access-index.ts',
      'authentication.ts',
      'check.ts',
      'cluster.ts',
      'command-line.ts',
      'config.ts',
      'connect.ts',
      'gateway.ts',
      'observers.ts',
      'permissions.ts',
      'schema.ts',
      'version.ts',
    ],
  },
  'dev/simulator': { may: kubernetesWords, types: ['kubernetes/'] },
  'dev/demo': { may: [...stages, 'dev/simulator/', 'config.ts', 'gateway.ts', 'schema.ts'] },
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

const sources = new Map(['src', 'dev'].flatMap(readSources));
const files = [...sources.keys()];
const tests = files.filter((file) => file.endsWith('.test.ts'));
const imports = new Map(files.map((from) => [from, importsOf(from)]));
const running = reachableFrom(ENTRIES);

describe('the architecture', () => {
  it('finds imports in the source files', () => {
    expect(importsOf('gateway.ts')).toContainEqual({ from: 'gateway.ts', to: 'schema.ts', typesOnly: false });
    expect(importsOf('gateway.ts')).toContainEqual({ from: 'gateway.ts', to: 'config.ts', typesOnly: true });
    expect(running.size).toBeGreaterThan(100);
  });

  it('imports only from lower layers', () => {
    const wrong = [...running].flatMap((file) => imports.get(file) ?? []).filter((arrow) => !isAllowed(arrow));
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it.each([
    ['kubernetes/client.ts', 'cache/store.ts'],
    ['cache/store.ts', 'auth/viewer.ts'],
    ['viewer-client/viewer-client.ts', 'kinds/index.ts'],
    ['graphql/builder.ts', 'server/pipeline.ts'],
    ['kinds/workspace/schema.ts', 'cache/store.ts'],
    ['kinds/workspace/schema.ts', 'viewer-client/viewer-client.ts'],
    ['kinds/workspace/schema.ts', 'kinds/workspace-kind/index.ts'],
    ['kinds/namespace/schema.ts', 'kinds/workspace-kind/mutations.ts'],
    ['kinds/namespace/schema.ts', 'kinds/workspace/mutations/create.ts'],
    ['server/pipeline.ts', 'kinds/index.ts'],
    ['dev/simulator/watch-broadcaster.ts', 'kubernetes/client.ts'],
    ['gateway.ts', 'dev/simulator/simulator.ts'],
    ['gateway.ts', 'dev/demo/demo.ts'],
  ])('rejects an import from %s to %s', (from, to) => {
    expect(isAllowed({ from, to, typesOnly: false })).toBe(false);
  });

  it('finds an import rule for every folder', () => {
    expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(rules).sort());
  });

  it('imports no test code', () => {
    expect([...running].filter((file) => file.endsWith('.test.ts') || file.startsWith('..'))).toEqual([]);
  });

  it('finds no unused file', () => {
    const used = new Set([...running, ...reachableFrom(tests), ...usedByWholeSystemTests()]);
    expect(files.filter((file) => !used.has(file))).toEqual([]);
  });

  it('reads environment variables only in process entry points', () => {
    const readers = files.filter(
      (file) => !tests.includes(file) && /process\s*\.\s*env\b/u.test(sources.get(file) ?? ''),
    );
    expect(readers.sort()).toEqual(['dev/demo/main.ts', 'main.ts']);
  });

  it('imports nothing of the gateway in the client package', () => {
    const source = readdirSync(path.join(ROOT, 'client/src')).map((file) =>
      readFileSync(path.join(ROOT, 'client/src', file), 'utf8'),
    );
    expect(source.join('\n')).toMatch(/from '\.\//u);
    expect(source.filter((text) => /from '\.\.\//u.test(text))).toEqual([]);
  });

  it('imports only the client package and generated types in the dashboard', () => {
    const root = path.join(ROOT, 'web/src');
    const pages = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/u.test(file));
    const outside = pages.flatMap((file) => {
      const imported = readFileSync(path.join(root, file), 'utf8').matchAll(/from '(?<target>\.[^']+)'/gu);
      const targets = Array.from(imported, ({ groups }) =>
        path.join('web/src', path.dirname(file), groups?.['target'] ?? ''),
      );
      return targets.filter((target) => !target.startsWith('web/src/'));
    });
    expect([...new Set(outside)]).toEqual(['client/src/index.ts']);
  });

  it('finds no folder with a generic name', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|common|lib|services|repositories|models)\//u;
    expect(files.filter((file) => vague.test(file))).toEqual([]);
  });
});

describe('the kinds', () => {
  const kinds = [...new Set(files.flatMap((file) => /^kinds\/([^/]+)\//u.exec(file)?.[1] ?? []))];

  it.each(kinds)('finds the standard files in the kind %s', (kind) => {
    const expected = ['index.ts', 'resource.ts', 'schema.ts', `${kind}.test.ts`];
    expect(files).toEqual(expect.arrayContaining(expected.map((file) => `kinds/${kind}/${file}`)));
  });

  it('registers every kind', () => {
    const registered = importsOf('kinds/index.ts').map(({ to }) => to);
    expect(registered.sort()).toEqual(kinds.map((kind) => `kinds/${kind}/index.ts`).sort());
  });

  it('finds index files only in kinds, imported only by their registry', () => {
    const indexes = files.filter((file) => path.basename(file) === 'index.ts');
    expect(indexes.sort()).toEqual(['kinds/index.ts', ...kinds.map((kind) => `kinds/${kind}/index.ts`)].sort());
    const readers = [...imports.values()].flat().filter(({ to }) => /^kinds\/[^/]+\/index\.ts$/u.test(to));
    expect(readers.filter(({ from }) => from !== 'kinds/index.ts')).toEqual([]);
  });
});

function readSources(root: string): (readonly [string, string])[] {
  return readdirSync(path.join(ROOT, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [moduleOf(path.join(root, file)), readFileSync(path.join(ROOT, root, file), 'utf8')]);
}

/** Returns the path of a file as the rules name it: relative to `src` if it is below it, else to the project. */
function moduleOf(file: string): string {
  return path.relative('src', file).startsWith('..') ? file : path.relative('src', file);
}

function pathOf(module: string): string {
  return module.startsWith('dev/') ? module : path.join('src', module);
}

function importsOf(from: string): readonly Import[] {
  const statements = (sources.get(from) ?? '').matchAll(
    /^(?:import|export)\b(?<names>[^'"`;=]*?)(?:\bfrom\s*)?'(?<target>\.[^']+)'|\bimport\('(?<lazy>\.[^']+)'\)/gmu,
  );
  return [...statements].map(({ groups = {} }) => ({
    from,
    to: moduleOf(path.join(path.dirname(pathOf(from)), groups['target'] ?? groups['lazy'] ?? '')),
    typesOnly: areTypes((groups['names'] ?? '').trim()),
  }));
}

/** `type { A }` or `{ type A, type B }`. */
function areTypes(names: string): boolean {
  if (names.startsWith('type')) return true;
  const listed = /^\{(?<list>.*)\}$/su
    .exec(names)
    ?.groups?.['list']?.split(',')
    .map((name) => name.trim());
  return listed?.filter((name) => name !== '').every((name) => name.startsWith('type ')) ?? false;
}

function folderOf(file: string): string {
  const folders = file.split('/').slice(0, -1);
  return folders.slice(0, folders[0] === 'dev' ? 2 : 1).join('/');
}

function isAllowed({ from, to, typesOnly }: Import): boolean {
  const folder = folderOf(from);
  if (folder === 'kinds' && folderOf(to) === 'kinds') return isAllowedAmongKinds(from, to);
  if (folder !== '' && folder === folderOf(to)) return true;
  const { may, types = [] } = rules[folder] ?? { may: [] };
  return [...may, ...(typesOnly ? types : [])].some((place) => to.startsWith(place));
}

/** Returns whether an import is private: the index or mutations of another kind, or the registry from within kinds. */
function isAllowedAmongKinds(from: string, to: string): boolean {
  if (from === 'kinds/index.ts' || path.dirname(from) === path.dirname(to)) return true;
  const isWithin = kindOf(from) === kindOf(to);
  return isWithin || !(['index.ts', 'mutations.ts'].includes(path.basename(to)) || to.includes('/mutations/'));
}

function kindOf(file: string): string | undefined {
  return /^kinds\/([^/]+)\//u.exec(file)?.[1];
}

function reachableFrom(entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set(entries);
  for (const file of reached) for (const { to } of imports.get(file) ?? []) reached.add(to);
  return reached;
}

function usedByWholeSystemTests(): ReadonlySet<string> {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));
  const named = texts.flatMap((text) =>
    [...text.matchAll(/'(?:\.\.\/)+((?:src|dev)\/[^']+)'/gu)].flatMap(([, file]) => moduleOf(file ?? '')),
  );
  return reachableFrom(named);
}
