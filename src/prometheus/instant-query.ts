import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { custom, listOf, object, record, string } from '../kubernetes/decoder.ts';
import { withTimeLimit } from '../kubernetes/time-limit.ts';

/** Limit on the bytes of an answer: about 20,000 series. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;
const MAX_SERIES = 20_000;

/** Connection to the HTTP API of Prometheus. */
interface PrometheusConnection {
  /** URL without `/api/v1`. */
  readonly url: string;
  /** File with a bearer token, which is read for each query. None if undefined. */
  readonly tokenFile: string | undefined;
  /** File with the certificates of the authorities, which is read for each query. Those of Node if undefined. */
  readonly caFile: string | undefined;
}

/** Value of one series at the time of the query. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface QueryOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const sampleValue = custom(
  (value): value is readonly [time: number, value: string] => Array.isArray(value) && typeof value[1] === 'string',
);
const answer = object({
  status: string,
  errorType: string,
  data: object({ resultType: string, result: listOf(object({ metric: record(string), value: sampleValue })) }),
});

/**
 * Returns the samples of an instant query, without those that are no finite numbers. See
 * https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries.
 * @throws {Error} if there is no valid answer within the time and the limits of its size. The message contains no secret
 */
export async function instantQuery(
  connection: PrometheusConnection,
  query: string,
  { timeoutMs, signal }: QueryOptions,
): Promise<readonly Sample[]> {
  const onTimeout = () => new Error(`Expected an answer within ${timeoutMs} ms, got none.`);
  const text = await withTimeLimit({ timeoutMs, signal, onTimeout }, async (limit) => post(connection, query, limit));
  return samplesIn(text);
}

async function post({ url, tokenFile, caFile }: PrometheusConnection, query: string, signal: AbortSignal) {
  const token = tokenFile === undefined ? undefined : (await readFile(tokenFile, 'utf8')).trim();
  const ca = caFile === undefined ? undefined : await readFile(caFile);
  const target = new URL(`${url}/api/v1/query`);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
  };
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const options = { method: 'POST', headers, signal };
  const request =
    target.protocol === 'https:' ? https.request(target, { ...options, ca }) : http.request(target, options);
  request.once('response', resolve).on('error', reject);
  request.end(new URLSearchParams({ query }).toString());
  return textOf(await promise);
}

async function textOf(response: http.IncomingMessage): Promise<string> {
  const { statusCode } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw new Error(`Expected HTTP status 200, got ${statusCode}.`);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`Expected an answer of at most ${MAX_ANSWER_BYTES} bytes, got more.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function samplesIn(text: string): readonly Sample[] {
  const { status, data } = answer.decode(parsed(text)) ?? {};
  if (status !== 'success' || data?.resultType !== 'vector' || !data.result)
    throw new Error('Expected the vector of an instant query, got another answer.');
  if (data.result.length > MAX_SERIES)
    throw new Error(`Expected at most ${MAX_SERIES} series, got ${data.result.length}.`);
  return data.result.flatMap(({ metric: labels = {}, value }) => {
    const sample = { labels, value: value?.[1] ? Number(value[1]) : Number.NaN };
    return Number.isFinite(sample.value) ? [sample] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller reports that it is no answer
  }
}
