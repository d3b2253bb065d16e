import { once } from 'node:events';
import { getNamedType, isNonNullType, isScalarType, type GraphQLArgument } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { schema } from '../../src/schema.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { recordingLog } from '../support/recording-log.ts';

/** Members of a request, each as JSON text. */
type Parts = Readonly<Record<string, string>>;

const json = (value: unknown): string => JSON.stringify(value);
const NAMES = json('{ workspaces { nodes { name } } }');
const BY_NAME = json('query ($name: String!) { workspace(namespace: "team-a", name: $name) { name } }');
const PAGE = json('query ($first: Int) { workspaces(first: $first) { nodes { name } } }');
const REPLACE = json(
  'mutation ($manifest: JSON!) { replaceWorkspace(input: { namespace: "team-a", name: "nb", manifest: $manifest }) { workspace { name } } }',
);
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Arguments of a field whose strings are lone surrogates. Undefined if it has none. */
function surrogates(args: readonly GraphQLArgument[]): string | undefined {
  const texts = args.filter(({ type }) => ['String', 'ID'].includes(getNamedType(type).name));
  const others = args.filter(
    (arg) => isNonNullType(arg.type) && arg.defaultValue === undefined && !texts.includes(arg),
  );
  if (texts.length === 0 || others.length > 0) return undefined;
  return texts.map(({ name, type }) => `${name}: ${String(type).startsWith('[') ? '["\\ud800"]' : '"\\ud800"'}`).join();
}

const surrogateFields = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap(({ name, args, type }) => {
  const given = surrogates(args);
  const selection = isScalarType(getNamedType(type)) ? '' : '{ __typename }';
  return given === undefined
    ? []
    : [
        [
          `a lone surrogate in each argument of ${name}`,
          { query: json(`{ ${name}(${given}) ${selection} }`) },
        ] as const,
      ];
});

const inputs: readonly (readonly [title: string, parts: Parts])[] = [
  ...surrogateFields,
  ['30,000 nested selections', { query: json(`${'{a'.repeat(30_000)}${'}'.repeat(30_000)}`) }],
  ['a null byte in the document', { query: json('\0{ workspaces { nodes { name } } }') }],
  ['a null byte in a variable', { query: BY_NAME, variables: json({ name: 'a\0b' }) }],
  ...['[]', '"x"', '1', 'true', '[{}]'].flatMap((value): [string, Parts][] => [
    [`variables that are ${value}`, { query: NAMES, variables: value }],
    [`extensions that are ${value}`, { query: NAMES, extensions: value }],
  ]),
  ...['1', '{}', '[]', 'true'].map((value): [string, Parts] => [
    `an operationName that is ${value}`,
    { query: NAMES, operationName: value },
  ]),
  ...['1', '{}', '[]', 'null', 'true', '""'].map((value): [string, Parts] => [
    `a query that is ${value}`,
    { query: value },
  ]),
  ...['1e999', '-1e999', '99999999999999999999', '1.5', '1e-400'].map((value): [string, Parts] => [
    `the number ${value}`,
    { query: PAGE, variables: `{"first":${value}}` },
  ]),
  ['a variable of 10,000 nested lists', { query: BY_NAME, variables: `{"name":${deep(10_000)}}` }],
  [
    'a cursor of 10,000 nested lists',
    { query: json('subscription { workspaces { type } }'), extensions: `{"after":${deep(10_000)}}` },
  ],
  ['extensions of 10,000 nested lists', { query: NAMES, extensions: `{"after":${deep(10_000)}}` }],
  ['an unknown member of 10,000 nested lists', { query: NAMES, x: deep(10_000) }],
  ['__proto__ in variables', { query: BY_NAME, variables: '{"__proto__":{"name":"nb"}}' }],
  [
    '__proto__ in extensions',
    { query: NAMES, extensions: '{"__proto__":{"after":"x"},"constructor":{"prototype":{}}}' },
  ],
  ['__proto__ as a member', { query: NAMES, __proto: '1', ['__proto__']: '{"query":"{"}' }],
  ['duplicate keys in variables', { query: BY_NAME, variables: '{"name":"a","name":["b"]}' }],
  ['circular anchors in YAML', { query: REPLACE, variables: json({ manifest: '&a [*a]' }) }],
  ['a circular alias in YAML', { query: REPLACE, variables: json({ manifest: 'a: &x\n  b: *x' }) }],
];

let gateway: SimulatedGateway;
const { log, texts: logged } = recordingLog('error');

beforeAll(async () => {
  gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb')], log });
});
afterAll(() => gateway[Symbol.asyncDispose]());

const bodyOf = (parts: Parts) =>
  `{${Object.entries(parts)
    .map(([name, value]) => `${json(name)}:${value}`)
    .join()}}`;

async function post(parts: Parts, accept: string): Promise<string> {
  const headers = { 'content-type': 'application/json', accept };
  const response = await fetch(gateway.url, { method: 'POST', headers, body: bodyOf(parts) });
  return `${response.status} ${await response.text()}`;
}

/** Members that are JSON strings are sent as their texts, as clients do. */
async function get(parts: Parts): Promise<string> {
  const url = new URL(gateway.url);
  for (const [name, value] of Object.entries(parts)) {
    const text: unknown = value.startsWith('"') ? JSON.parse(value) : value;
    url.searchParams.set(name, String(text));
  }
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  return `${response.status} ${await response.text()}`;
}

/** Returns the first answer to the operation, or the close code and reason. */
async function overWebSocket(parts: Parts): Promise<string> {
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on('message', (message: Buffer) => resolve(`200 ${message.toString()}`));
  socket.once('close', (code: number, reason: Buffer) => resolve(`${code} ${reason.toString()}`));
  socket.send(`{"id":"1","type":"subscribe","payload":${bodyOf(parts)}}`);
  const outcome = await promise;
  socket.terminate();
  return outcome;
}

it.each(inputs)('answers a request with %s with a result or a coded error on every transport', async (_, parts) => {
  const outcomes = [
    await post(parts, 'application/json'),
    await post(parts, 'text/event-stream'),
    await post(parts, 'application/json, text/event-stream'),
    await overWebSocket(parts),
    await get(parts),
  ];
  for (const outcome of outcomes) {
    // 4400: a message that is not of the protocol.
    expect(outcome).toMatch(/^(?:2\d\d|4\d\d|4400) /u);
    expect(outcome).not.toMatch(/INTERNAL|TypeError|RangeError|SyntaxError|node_modules|\.ts:\d|at file:/u);
    expect(outcome).not.toMatch(/"errors":(?!.*"code":"[A-Z_]+")/su);
  }
  expect(logged).toEqual([]);
});

it('answers a body of 100,000 nested lists, and one that is cut, with a coded error', async () => {
  for (const body of [deep(100_000), '{"query":', '', 'null', '[]', '{"query":"{ __typename }"'])
    for (const accept of ['application/json', 'text/event-stream']) {
      const headers = { 'content-type': 'application/json', accept };
      const response = await fetch(gateway.url, { method: 'POST', headers, body });
      // Refusals of event streams are plain text.
      expect(`${body.slice(0, 20)} ${response.status} ${await response.text()}`).toMatch(
        / (?:400|413) (?:.*"code":"(?:BAD_REQUEST|TOO_LARGE)"|Expected )/su,
      );
    }
  expect(logged).toEqual([]);
});
