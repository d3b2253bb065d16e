import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
  type BrotliOptions,
  type ZstdOptions,
} from 'node:zlib';
import { byteLengthOf } from './byte-length.ts';

type Encoding = 'zstd' | 'br' | 'gzip';

interface CompressedBody {
  readonly encoding: Encoding;
  readonly parts: readonly Buffer[];
}

/** In order of preference: zstd needs a seventh of the time of gzip, and br less than half. */
export const ENCODINGS: readonly Encoding[] = ['zstd', 'br', 'gzip'];
/** Shorter bodies are compressed at once, in less than a millisecond. */
const SYNC_BYTES = 32 * 1_024;
/** Longer bodies are compressed by threads, of which the process has four for all purposes. */
const MAX_CONCURRENT = 2;
/** Of a longer body, this number of bytes is joined and compressed at a time. */
const BATCH_BYTES = 1024 * 1024;
/** Bytes of the parts into which a longer body is compressed. */
const CHUNK_BYTES = 64 * 1024;

const brotliOptions: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const zstdOptions: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const gzipOptions = { level: 1 };

const sync: Readonly<Record<Encoding, (body: Buffer) => Buffer>> = {
  br: (body) => brotliCompressSync(body, brotliOptions),
  gzip: (body) => gzipSync(body, gzipOptions),
  zstd: (body) => zstdCompressSync(body, zstdOptions),
};
const stream: Readonly<Record<Encoding, () => Transform>> = {
  br: () => createBrotliCompress({ ...brotliOptions, chunkSize: CHUNK_BYTES }),
  gzip: () => createGzip({ ...gzipOptions, chunkSize: CHUNK_BYTES }),
  zstd: () => createZstdCompress({ ...zstdOptions, chunkSize: CHUNK_BYTES }),
};

let running = 0;

/**
 * Compresses the parts of a body at the fastest level: the network of a cluster is fast, too. Returns undefined if {@link MAX_CONCURRENT}
 * other long bodies are being compressed: this one is then sent as it is, so that no client waits for the answers of others.
 */
export async function compressed(parts: readonly Buffer[], encoding: Encoding): Promise<CompressedBody | undefined> {
  if (byteLengthOf(parts) <= SYNC_BYTES) return { encoding, parts: [sync[encoding](Buffer.concat(parts))] };
  if (running >= MAX_CONCURRENT) return undefined;
  running += 1;
  try {
    return { encoding, parts: await compressedInBatches(parts, encoding) };
  } finally {
    running -= 1;
  }
}

async function compressedInBatches(parts: readonly Buffer[], encoding: Encoding): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  await pipeline(batchesOf(parts), stream[encoding](), async (source: AsyncIterable<Buffer>) => {
    for await (const chunk of source) chunks.push(chunk);
  });
  return chunks;
}

/** Yields the bytes of the parts, {@link BATCH_BYTES} or up to one part more at a time. */
function* batchesOf(parts: readonly Buffer[]): Generator<Buffer, void> {
  let batch: Buffer[] = [];
  let bytes = 0;
  for (const part of parts) {
    batch.push(part);
    bytes += part.length;
    if (bytes < BATCH_BYTES) continue;
    yield Buffer.concat(batch);
    batch = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(batch);
}
