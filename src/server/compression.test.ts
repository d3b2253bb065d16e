import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { compressed } from './compression.ts';

const decompress = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync };
const row = Buffer.from('{"name":"notebook"},');
const body = (bytes: number) => Array.from({ length: Math.ceil(bytes / row.length) }, () => row);

it.each(['zstd', 'br', 'gzip'] as const)(
  'returns a body that %s decompresses when it is short, long, or longer than a batch',
  async (encoding) => {
    for (const bytes of [2_000, 200_000, 2_500_000]) {
      const result = Buffer.concat((await compressed(body(bytes), encoding))?.parts ?? []);
      expect(result.length).toBeLessThan(bytes / 10);
      expect(decompress[encoding](result).equals(Buffer.concat(body(bytes)))).toBe(true);
    }
  },
);

it('sends long bodies as they are when two others are being compressed', async () => {
  const results = await Promise.all([1, 2, 3].map(() => compressed(body(200_000), 'zstd')));
  expect(results.map((result) => result?.encoding)).toEqual(['zstd', 'zstd', undefined]);
  expect(await compressed(body(200_000), 'zstd')).toBeDefined();
});
