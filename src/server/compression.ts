import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  zstdCompress,
  zstdCompressSync,
  type BrotliOptions,
  type ZstdOptions,
} from 'node:zlib';

type Encoding = 'zstd' | 'br' | 'gzip';

interface CompressedBody {
  readonly encoding: Encoding;
  readonly body: Buffer;
}

/** In order of preference: zstd needs a seventh of the time of gzip, and br less than half. */
export const ENCODINGS: readonly Encoding[] = ['zstd', 'br', 'gzip'];
/** Shorter bodies are compressed at once, in less than a millisecond. */
const SYNC_BYTES = 32 * 1_024;
/** Longer bodies are compressed by threads, of which the process has four for all purposes. */
const MAX_CONCURRENT = 2;

const brotliOptions: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const zstdOptions: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const gzipOptions = { level: 1 };

const sync: Readonly<Record<Encoding, (body: Buffer) => Buffer>> = {
  br: (body) => brotliCompressSync(body, brotliOptions),
  gzip: (body) => gzipSync(body, gzipOptions),
  zstd: (body) => zstdCompressSync(body, zstdOptions),
};
const brotliAsync = promisify<Buffer, BrotliOptions, Buffer>(brotliCompress);
const gzipAsync = promisify<Buffer, object, Buffer>(gzip);
const zstdAsync = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
const async: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => brotliAsync(body, brotliOptions),
  gzip: (body) => gzipAsync(body, gzipOptions),
  zstd: (body) => zstdAsync(body, zstdOptions),
};

let running = 0;

/**
 * Compresses a body at the fastest level: the network of a cluster is fast, too. Returns undefined if {@link MAX_CONCURRENT} other long
 * bodies are being compressed: this one is then sent as it is, so that no client waits for the answers of others.
 */
export async function compressed(body: Buffer, encoding: Encoding): Promise<CompressedBody | undefined> {
  if (body.length <= SYNC_BYTES) return { encoding, body: sync[encoding](body) };
  if (running >= MAX_CONCURRENT) return undefined;
  running += 1;
  try {
    return { encoding, body: await async[encoding](body) };
  } finally {
    running -= 1;
  }
}
