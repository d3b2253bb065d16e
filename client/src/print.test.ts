import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, print as printWithGraphQL } from 'graphql';
import { describe, expect, it } from 'vitest';
import { print, type Node } from './print.ts';

const operations = globSync('schema/operations/*.graphql', { cwd: fileURLToPath(new URL('../..', import.meta.url)) });
const everySyntax = `
  query Q($a: [Int!]! = [1, -2.5e3], $b: I = { c: "x", d: [null, true, false], e: ENUM } @skip(if: true)) @live(if: true) {
    alias: field(s: "\\" \\\\ \\n \\u00e9 < | >", v: $a, empty: "", none: [], nothing: {}) @include(if: $b) { ...F @defer }
    ... on T @skip(if: true) { id }
    ... @include(if: false) { id }
    ... { block(text: """a "b" <|c|>""") }
  }
  fragment F on T @x { id }
  subscription { s }
  mutation M { m }
`;

function withoutLocations(text: string): unknown {
  const document: unknown = JSON.parse(JSON.stringify(parse(text, { noLocation: true })));
  return JSON.parse(JSON.stringify(document).replaceAll(',"block":true', ',"block":false'));
}

function printed(text: string): string {
  return print(JSON.parse(JSON.stringify(parse(text, { noLocation: true }))) as Node);
}

describe('the printer of documents', () => {
  it.each(operations)('prints a document that parses to the same when it is %s', (file) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    expect(withoutLocations(printed(text))).toEqual(withoutLocations(text));
  });

  it('prints a document that parses to the same when it contains every kind of node', () => {
    expect(withoutLocations(printed(everySyntax))).toEqual(withoutLocations(everySyntax));
    expect(printed(everySyntax).length).toBeLessThan(printWithGraphQL(parse(everySyntax)).length);
  });
});
