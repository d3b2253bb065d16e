import { describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { createScratchDirectory } from '../../test/support/scratch-directory.ts';
import { instantQuery } from './instant-query.ts';

const SECRET = 'super-secret';

function vector(...result: readonly unknown[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

function series(pod: string, value: unknown) {
  return { metric: { namespace: 'team-a', pod }, value: [1_796_000_000, value] };
}

async function ask(url: string, timeoutMs = 10_000) {
  const connection = { url, tokenFile: undefined, caFile: undefined };
  return instantQuery(connection, 'up', { timeoutMs, signal: new AbortController().signal });
}

describe('instantQuery', () => {
  it('returns the samples that are finite numbers', async () => {
    const answer = vector(
      series('a', '12.5'),
      series('b', 'NaN'),
      series('c', '+Inf'),
      series('d', 7),
      series('e', ''),
      series('f', '1e1'),
      { metric: { pod: 'g', namespace: 5 }, value: [0, '1'] },
      { metric: null, value: [0, '2'] },
      null,
    );
    await using server = await startLoopbackServer({ answer: (response) => void response.end(answer) });
    expect(await ask(`${server.url}/prefix`)).toEqual([
      { labels: { namespace: 'team-a', pod: 'a' }, value: 12.5 },
      { labels: { namespace: 'team-a', pod: 'f' }, value: 10 },
      { labels: { pod: 'g' }, value: 1 },
      { labels: {}, value: 2 },
    ]);
    expect(server.seen).toMatchObject([{ method: 'POST', url: '/prefix/api/v1/query', body: 'query=up' }]);
  });

  it.each([
    ['no JSON', '<html>'],
    ['an error', JSON.stringify({ status: 'error', errorType: 'bad_data', error: SECRET })],
    ['a matrix', JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } })],
    ['no list', JSON.stringify({ status: 'success', data: { resultType: 'vector', result: {} } })],
    ['nothing', ''],
    ['null', 'null'],
  ])('rejects an answer with %s', async (_, body) => {
    await using server = await startLoopbackServer({ answer: (response) => void response.end(body) });
    await expect(ask(server.url)).rejects.toThrow('Expected the vector of an instant query, got another answer.');
  });

  it.each([
    [401, 'Expected HTTP status 200, got 401.'],
    [302, 'Expected HTTP status 200, got 302.'],
    [503, 'Expected HTTP status 200, got 503.'],
  ])('rejects an answer with status %i', async (status, message) => {
    const headers = { location: 'http://127.0.0.1:1/', 'retry-after': '1' };
    await using server = await startLoopbackServer({
      answer: (response) => void response.writeHead(status, headers).end(SECRET),
    });
    await expect(ask(server.url)).rejects.toThrow(message);
    expect(server.seen).toHaveLength(1);
  });

  it('rejects an answer that is too large, or has too many series', async () => {
    const huge = `"${'x'.repeat(5 * 2 ** 20)}"`;
    await using large = await startLoopbackServer({ answer: (response) => void response.end(huge) });
    await expect(ask(large.url)).rejects.toThrow('Expected an answer of at most 4194304 bytes, got more.');
    const many = vector(...Array.from({ length: 20_001 }, () => ({ metric: {}, value: [0, '1'] })));
    await using long = await startLoopbackServer({ answer: (response) => void response.end(many) });
    await expect(ask(long.url)).rejects.toThrow('Expected at most 20000 series, got 20001.');
  });

  it('rejects when there is no answer in time, in the head or in the body', async () => {
    await using silent = await startLoopbackServer({ answer: () => undefined });
    await expect(ask(silent.url, 50)).rejects.toThrow('Expected an answer within 50 ms, got none.');
    await using stuck = await startLoopbackServer({ answer: (response) => void response.write('{') });
    await expect(ask(stuck.url, 50)).rejects.toThrow('Expected an answer within 50 ms, got none.');
  });

  it('rejects when nothing listens', async () => {
    await expect(ask('http://127.0.0.1:1')).rejects.toThrow('ECONNREFUSED');
  });

  it('sends the token of the file as it is then, and accepts only certificates of the authority', async () => {
    await using directory = await createScratchDirectory();
    const [identity, other] = [createServingCertificate(), createServingCertificate()];
    const tokenFile = await directory.write('token', `${SECRET}\n`);
    const caFile = await directory.write('ca', identity.certificate);
    await using server = await startLoopbackServer({ identity, answer: (response) => void response.end(vector()) });
    const connection = { url: server.url, tokenFile, caFile };
    const options = { timeoutMs: 10_000, signal: new AbortController().signal };
    expect(await instantQuery(connection, 'up', options)).toEqual([]);
    await directory.write('token', 'another');
    await instantQuery(connection, 'up', options);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual([`Bearer ${SECRET}`, 'Bearer another']);
    await directory.write('ca', other.certificate);
    await expect(instantQuery(connection, 'up', options)).rejects.toThrow(/certificate/iu);
    const missing = { ...connection, tokenFile: `${directory.path}/none` };
    await expect(instantQuery(missing, 'up', options)).rejects.toThrow('ENOENT');
  });
});
