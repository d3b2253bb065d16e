import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressed } from './compression.ts';

const decompress = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };
const body = (bytes: number) => Buffer.from('{"name":"notebook"},'.repeat(Math.ceil(bytes / 20)));

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
