import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { acceptedEncoding, compressed, ENCODINGS } from './compression.ts';

const decompress = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };
const body = (bytes: number) => Buffer.from('{"name":"notebook"},'.repeat(Math.ceil(bytes / 20)));

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
  ['gzip;q=0.5, identity', undefined],
  ['gzip;q=0.5, identity;q=0.1', 'gzip'],
  ['*', 'zstd'],
  ['*;q=0', undefined],
  ['gzip, *;q=0', 'gzip'],
  ['zstd;q=0, *', 'br'],
  ['gzip;q=nonsense', undefined],
  ['deflate', undefined],
])('selects the encoding when a client accepts %j', (accepted, encoding) => {
  expect(acceptedEncoding(ENCODINGS, accepted)).toBe(encoding);
});

it.each(['zstd', 'br', 'gzip'] as const)(
  'returns a body that %s decompresses when it is short or long',
  async (encoding) => {
    for (const bytes of [2_000, 200_000]) {
      const result = await compressed(body(bytes), encoding);
      expect(result?.body.length).toBeLessThan(bytes / 10);
      expect(decompress[encoding](result?.body ?? Buffer.alloc(0)).equals(body(bytes))).toBe(true);
    }
  },
);

it('sends long bodies as they are when two others are being compressed', async () => {
  const results = await Promise.all([1, 2, 3].map(() => compressed(body(200_000), 'zstd')));
  expect(results.map((result) => result?.encoding)).toEqual(['zstd', 'zstd', undefined]);
  expect(await compressed(body(200_000), 'zstd')).toBeDefined();
});
