import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inspectConfig, readConfig } from '../src/config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CONFIGURATION = 'docs/configuration.md';
const DEVELOPMENT = 'docs/development.md';
const pages = ['client/README.md', ...globSync('*.md', { cwd: ROOT }), ...globSync('docs/**/*.md', { cwd: ROOT })];
/** Files, other than the gateway's, that read environment variables. */
const scripts = [
  ...['client/test/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'dev/**/*.ts', 'scripts/*.mjs'].flatMap((glob) =>
    globSync(glob, { cwd: ROOT }),
  ),
  'vitest.config.ts',
].filter((file) => file !== 'test/docs.test.ts');

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Returns the first groups of all matches, without repetitions. */
function matches(text: string, pattern: RegExp): readonly string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, group = '']) => group))];
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```/gmu, '');
}

/** Returns the anchors of a page's headings, as GitHub derives them. */
function anchorsOf(page: string): readonly string[] {
  return matches(withoutCode(read(page)), /^#+ (.+)$/gmu).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isBroken(page: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? page : path.join(path.dirname(page), target);
  if (file.startsWith('..') || !existsSync(path.join(ROOT, file))) return true;
  return anchor !== undefined && !anchorsOf(file).includes(anchor);
}

/** Returns the variables in the first column of a page's tables, with their defaults. */
function documented(page: string): ReadonlyMap<string, string> {
  const rows = read(page).matchAll(/^\| `([A-Z][A-Z_]+)` +\| ([^|]+) \|/gmu);
  return new Map(Array.from(rows, ([, name = '', value = '']) => [name, value.trim()]));
}

/** Returns the names of all variables that `readConfig` reads in any mode. */
function settings(): readonly string[] {
  const inCluster = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };
  const environments: Readonly<Record<string, string>>[] = [
    { ...inCluster, AUTH_MODE: 'header' },
    { ...inCluster, AUTH_MODE: 'token' },
    { ...inCluster, AUTH_MODE: 'kubeconfig', LISTEN_HOST: '0.0.0.0', I_UNDERSTAND_EVERYONE_IS_ADMIN: 'true' },
    { HOME: '/nonexistent' },
  ];
  // Those in lower case, such as `https_proxy`, are listed with the setting that they stand for.
  return [...new Set(environments.flatMap(readsOf))].filter((name) => name === name.toUpperCase());
}

function readsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  const names: string[] = [];
  const recorder = new Proxy(environment, {
    get: (target, name) => {
      names.push(String(name));
      return target[String(name)];
    },
  });
  inspectConfig(recorder);
  return names;
}

/** Returns the variables that a script or test reads as `env['NAME']`, `env.NAME` or `{ NAME } = process.env`. */
function variablesIn(text: string): readonly string[] {
  const direct = matches(text, /\benv(?:\.|\[')([A-Z][A-Z_]+)\b/gu);
  const destructured = matches(text, /\{([^{}]+)\} = process\.env\b/gu).flatMap((names) =>
    matches(names, /\b([A-Z][A-Z_]{2,})\b/gu),
  );
  const listed = text.includes('process.env[variable]') ? matches(text, /variable: '([A-Z_]+)'/gu) : [];
  return [...direct, ...destructured, ...listed];
}

function camelCase(name: string): string {
  return name.toLowerCase().replaceAll(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase());
}

describe('the documentation', () => {
  it('finds links, scripts and variables to check', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', CONFIGURATION, DEVELOPMENT, 'docs/architecture.md']));
    expect(isBroken('README.md', 'docs/nonexistent.md')).toBe(true);
    expect(isBroken('docs/security.md', 'clients.md#nonexistent')).toBe(true);
    expect(isBroken('docs/security.md', 'clients.md#mutations')).toBe(false);
    expect(settings()).toEqual(
      expect.arrayContaining(['PORT', 'USERID_HEADER', 'HOME', 'MAX_PENDING_BYTES', 'CONFIG_FILE']),
    );
    expect(variablesIn("const { A_B = '1', C_D } = process.env; process.env['E_F'];")).toEqual(['E_F', 'A_B', 'C_D']);
  });

  it.each(pages)('finds only relative links that resolve in %s', (page) => {
    const links = matches(withoutCode(read(page)), /\]\((?!https?:|mailto:)([^)\s]+)\)/gu);
    expect(links.filter((link) => isBroken(page, link))).toEqual([]);
  });

  it.each(pages)('names only npm scripts that exist in %s', (page) => {
    const { scripts: existing }: { scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'));
    const named = matches(read(page), /\bnpm (?:run (?:--silent )?([a-z][a-z:-]*)|(?:start|test)\b)/gu);
    expect(named.filter((name) => name !== '' && !(name in existing))).toEqual([]);
  });

  it('lists exactly the settings that the gateway reads', () => {
    const listed = [...documented(CONFIGURATION).keys()];
    expect(listed.toSorted()).toEqual([...settings()].toSorted());
  });

  it('states the default that the gateway uses for each numeric setting', () => {
    const config = readConfig({ KUBERNETES_SERVICE_HOST: '10.0.0.1', AUTH_MODE: 'token' });
    const values = new Map<string, unknown>(Object.entries(config));
    const numeric = [...documented(CONFIGURATION)].filter(([, value]) => /^`\d+`$/u.test(value));
    expect(numeric.length).toBeGreaterThan(10);
    const different = numeric.filter(([name, value]) => value !== `\`${String(values.get(camelCase(name)))}\``);
    expect(different).toEqual([]);
  });

  it('lists the variables that tests and scripts read', () => {
    const used = new Set(scripts.flatMap((file) => variablesIn(read(file))));
    expect([...used]).toEqual(
      expect.arrayContaining(['KUBEBUILDER_ASSETS', 'KUBEBUILDER_ASSETS_OLDEST', 'LEAK_SEEDS']),
    );
    const known = new Set([
      ...documented(DEVELOPMENT).keys(),
      ...documented(CONFIGURATION).keys(),
      'DEMO_CLUSTER_PORT',
    ]);
    expect([...used].filter((name) => !known.has(name))).toEqual([]);
    expect(read(CONFIGURATION)).toContain('`DEMO_CLUSTER_PORT`');
  });
});
