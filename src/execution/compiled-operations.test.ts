import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { countedReads } from '../../test/support/counted-reads.ts';
import { heapBytes } from '../../test/support/heap.ts';
import { schema } from '../schema.ts';
import { CompiledOperations, type CompiledOperation } from './compiled-operations.ts';

const [one, other] = [{ key: 'one' }, { key: 'other' }];

function compiledOperation(): CompiledOperation {
  const found = new CompiledOperations(schema).find({ document: parse('{ workspaces { nodes { name } } }') });
  if (!found) throw new TypeError('Expected a compiled operation.');
  return found.compiled;
}

it('leaves an operation to graphql-js for a viewer only when it fails several times in a row for that viewer', () => {
  const compiled = compiledOperation();
  expect([one, other].map((viewer) => compiled.isPromising(viewer))).toEqual([true, true]);
  for (let count = 0; count < 3; count += 1) compiled.failed(one);
  expect([one, other].map((viewer) => compiled.isPromising(viewer))).toEqual([false, true]);
});

it('tries an operation again when it has been rendered after failures', () => {
  const compiled = compiledOperation();
  for (let count = 0; count < 3; count += 1) compiled.failed(one);
  const tries = Array.from({ length: 100 }, () => compiled.isPromising(one)).filter(Boolean);
  expect(tries).toHaveLength(1);
  compiled.rendered(one);
  expect(compiled.isPromising(one)).toBe(true);
});

it('reads variables a number of times that is linear in their size when thousands of their fields are unknown', () => {
  const [filter, reads] = countedReads(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1])));
  const document = parse('query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount } }');
  expect(new CompiledOperations(schema).find({ document, variableValues: { filter } })).toBeUndefined();
  expect(reads()).toBeLessThan(5_000); // 250,000 if each is reported with all others
});

it('retains no more heap than is accounted for', () => {
  const operations = new CompiledOperations(schema);
  const texts = ['01-workspaces', '06-troubles', '40-workspace-totals', '44-idle-gpus'].map((name) =>
    readFileSync(new URL(`../../schema/operations/${name}.graphql`, import.meta.url), 'utf8'),
  );
  let number = 0;
  const compileEach = () => {
    number += 1;
    const documents = texts.map((text) => parse(text.replace('{', `{ a${number}: __typename`)));
    return documents.reduce((sum, document) => sum + (operations.find({ document })?.compiled.bytes ?? 0), 0);
  };
  compileEach(); // loads what all operations share
  const before = heapBytes();
  const accounted = Array.from({ length: 50 }, compileEach).reduce((sum, bytes) => sum + bytes, 0);
  const retained = heapBytes() - before;
  expect(operations.find({ document: parse(texts[0] ?? '') })).toBeDefined(); // they are still referenced
  expect(retained).toBeLessThan(accounted);
  expect(retained).toBeGreaterThan(accounted / 4);
});

/** Returns selections of one field with different names of this length. */
function aliases(count: number, field: string, length = 10): string {
  return Array.from({ length: count }, (_, index) => `a${String(index).padStart(length, '0')}: ${field}`).join(' ');
}

function nested(levels: number, selection: string): string {
  const [opening, closing] = ['workspaces { totalCount nodes { name namespace { phase ', ' } } }'];
  return `{ namespaces { nodes { ${opening.repeat(levels)} ${selection} ${closing.repeat(levels)} } } }`;
}

const list = `[${'"a" '.repeat(5_000)}]`;
const workspacesWith = (filter: string) => `query ($x: String) { workspaces(filter: ${filter}) { totalCount } }`;

it.each([
  ['names of types', `{ node(id: "x") { ${aliases(60, '__typename')} } }`],
  ['comments', `${workspacesWith('{ search: $x }')} ${'#\n'.repeat(20_000)}`],
  ['a long list', workspacesWith(`{ kinds: ${list} }`)],
  ['a long list beside a variable', workspacesWith(`{ search: $x, kinds: ${list} }`)],
  ['long aliases below many others', nested(40, aliases(20, 'name', 2_000))],
  [
    'a fragment with a long alias',
    `{ ${aliases(20, 'namespaces { nodes { ...F } }')} } fragment F on Namespace { ${aliases(1, 'name', 10_000)} }`,
  ],
])('retains no more heap than is accounted for when the document has %s', (_, text) => {
  const operations = new CompiledOperations(schema);
  const compileOne = () => operations.find({ document: parse(text) })?.compiled.bytes ?? 0;
  compileOne(); // loads what all operations share
  const before = heapBytes();
  const accounted = Array.from({ length: 4 }, compileOne).reduce((sum, bytes) => sum + bytes, 0);
  expect(heapBytes() - before).toBeLessThan(accounted);
  expect(operations.find({ document: parse(text) })).toBeDefined(); // they are still referenced
});

it('compiles no operation whose functions would retain many times its document', () => {
  const fragment = `fragment F on Namespace { ${aliases(1, 'name', 90_000)} }`;
  const document = parse(`{ ${aliases(90, 'namespaces { nodes { ...F } }')} } ${fragment}`);
  const found = new CompiledOperations(schema).find({ document });
  expect(found?.compiled.operation).toBeUndefined();
});
