import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseSchema, print, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createScratchDirectory } from './support/scratch-directory.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const schema = readFileSync(path.join(ROOT, 'schema/schema.graphql'), 'utf8');
const { version }: { version: string } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));

interface Outcome {
  readonly code: unknown;
  readonly output: string;
}

function run(script: string, ...args: readonly string[]): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  execFile(process.execPath, [path.join(ROOT, 'scripts', script), ...args], { cwd: ROOT }, (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, output: stdout + stderr }),
  );
  return promise;
}

async function changesSince(earlier: string): Promise<Outcome> {
  await using directory = await createScratchDirectory();
  return await run('check-schema-changes.mjs', await directory.write('earlier.graphql', earlier));
}

describe('the comparison with the schema of the last release', () => {
  it('succeeds when nothing has changed', async () => {
    const { code, output } = await changesSince(schema);
    expect(output).toContain('0 breaking changes');
    expect(code).toBe(0);
  });

  it('names the breaking changes when a field is removed', async () => {
    const earlier = schema.replace(/^type Gateway \{$/mu, 'type Gateway {\n  removed: Int\n');
    expect(earlier).not.toBe(schema);
    const { code, output } = await changesSince(earlier);
    expect(output).toContain('1 breaking changes');
    expect(output).toContain('FIELD_REMOVED: Field Gateway.removed was removed.');
    expect(code).toBe(1);
  });

  it('fails with one sentence when there is no such revision', async () => {
    const { code, output } = await run('check-schema-changes.mjs', 'v99.0.0');
    expect(output).toBe('schema:changes: expected a tag, another revision or a file with a schema, got "v99.0.0".\n');
    expect(code).toBe(1);
  });

  it('succeeds when a field is added', async () => {
    const earlier = visit(parseSchema(schema), {
      FieldDefinition: ({ name }) => (name.value === 'accessHint' ? null : undefined),
    });
    const { code, output } = await changesSince(print(earlier));
    expect(output).toContain('0 breaking changes');
    expect(code).toBe(0);
  });
});

describe('the check of a release', () => {
  it('lists all mistakes when the tag is another version', async () => {
    const { code, output } = await run('check-release.mjs', 'v99.0.0');
    expect(output.trim().split('\n')).toEqual([
      `Expected the version 99.0.0 in package.json, got ${version}.`,
      `Expected the version 99.0.0 in client/package.json, got ${version}.`,
      `Expected the version 99.0.0 in deploy/base/kustomization.yaml, got ${version}.`,
      'Expected a section "## [99.0.0]" with text in CHANGELOG.md, got none.',
    ]);
    expect(code).toBe(1);
  });

  it('refuses a tag that is no version', async () => {
    expect((await run('check-release.mjs', 'latest')).output).toContain('Expected a tag such as v1.2.3, got "latest".');
  });
});

it('runs only scripts that exist in the release workflow', () => {
  const text = readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8');
  const { jobs }: { jobs: object } = parse(text);
  expect(Object.keys(jobs)).toEqual(['check', 'image', 'client']);
  const named = Array.from(text.matchAll(/scripts\/(?<file>[\w-]+\.mjs)/gu), ({ groups }) => groups?.['file'] ?? '');
  expect(named.length).toBeGreaterThan(3);
  expect(named.map((file) => readFileSync(path.join(ROOT, 'scripts', file), 'utf8').length)).not.toContain(0);
});
