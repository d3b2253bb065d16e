import { expect, it } from 'vitest';
import { ENCODINGS } from './compression.ts';
import { acceptedEncoding, acceptedJsonType, acceptsEventStream, acceptsHtml } from './content-negotiation.ts';

const JSON_TYPE = 'application/json';
const RESPONSE_TYPE = 'application/graphql-response+json';

it.each<[string | undefined, string | undefined]>([
  [undefined, JSON_TYPE],
  ['', JSON_TYPE],
  ['*/*', JSON_TYPE],
  ['application/*', JSON_TYPE],
  ['Application/JSON ; charset=UTF-8', JSON_TYPE],
  ['application/json; charset="utf-8"', JSON_TYPE],
  ['application/json; charset=iso-8859-1', undefined],
  ['application/graphql-response+json, application/json;q=0.9', RESPONSE_TYPE],
  ['application/json;q=0.1, application/graphql-response+json', JSON_TYPE],
  ['application/json;q=0, */*', RESPONSE_TYPE],
  ['application/*;q=0, */*', undefined],
  ['text/html, */*;q=0.1', JSON_TYPE],
  ['text/html', undefined],
  ['*/*;q=0.000', undefined],
  ['*/*; Q = 0', undefined],
  ['*/*;q=0.001', JSON_TYPE],
  ['*/*;q=', JSON_TYPE],
  ['*/*;q=nonsense', JSON_TYPE],
  ['*/*;q=-1', JSON_TYPE],
  ['*/*;q=.0', undefined],
  ['*/*;q=1;q=0', JSON_TYPE],
  ['*/*;q=0;q=1', undefined],
  [';;,,;q=0,*/*', JSON_TYPE],
  ['nonsense', undefined],
  [`${'text/html,'.repeat(99)}*/*`, JSON_TYPE],
  [`${'text/html,'.repeat(100)}*/*`, undefined],
])('selects the type of JSON when a client accepts %j', (accept, type) => {
  expect(acceptedJsonType(accept)).toBe(type);
});

it.each([
  [true, 'TYPE'],
  [true, 'application/json, TYPE'],
  [true, 'application/json,TYPE;q=0.1'],
  [true, 'TYPE;level=1'],
  [true, 'TYPE;q=nonsense'],
  [true, 'TYPE;faq=0'],
  [true, 'TYPE;x-q=0'],
  [true, 'TYPE;q=0, TYPE'],
  [false, 'TYPE;q=0'],
  [false, 'TYPE ; level=1; Q=0.0'],
  [false, 'TYPE; q = 0'],
  [false, 'TYPE+xml'],
  [false, 'x-TYPE'],
  [false, '*/*'],
  [false, ''],
  [false, undefined],
])('returns %j for an event stream and for HTML when a client accepts %j', (accepted, header) => {
  const headersOf = (type: string) => ({ headers: { accept: header?.replaceAll('TYPE', type) } });
  expect(['text/event-stream', 'Text/Event-Stream'].map((type) => acceptsEventStream(headersOf(type)))).toEqual([
    accepted,
    accepted,
  ]);
  expect(['text/html', 'Text/HTML'].map((type) => acceptsHtml(headersOf(type)))).toEqual([accepted, accepted]);
});

it.each<[string | undefined, string | undefined]>([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['zstd;q=0.5, br;q=0.8, gzip;q=0.8', 'br'],
  ['zstd;q=0, br; q=0.000, gzip', 'gzip'],
  ['zstd; q = 0, gzip', 'gzip'],
  ['gzip;q=0.5, identity', undefined],
  ['gzip;q=0.5, identity;q=0.1', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0', undefined],
  ['gzip, *;q=0', 'gzip'],
  ['zstd;q=0, *', 'br'],
  ['gzip;q=nonsense', undefined],
  ['gzip;q=', undefined],
  ['gzip;q=-1', undefined],
  ['zstd;q=nonsense, gzip;q=0.001', 'gzip'],
  ['deflate', undefined],
  [';,gzip;;,', 'gzip'],
])('selects the encoding when a client accepts %j', (accepted, encoding) => {
  expect(acceptedEncoding(ENCODINGS, accepted)).toBe(encoding);
});
