import { describe, expect, it } from 'vitest';
import { RawConnection } from '../support/abuse/raw-connection.ts';
import { namespace } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const HOST = 'Host: localhost\r\n';
const CHUNKED = `POST /graphql HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
const STREAM = `GET /graphql?query=subscription{namespaces{type}} HTTP/1.1\r\n${HOST}Accept: text/event-stream\r\n\r\n`;
const TIMEOUT_MS = 15_000;

/** Starts a gateway whose log can be read. */
async function startLogged() {
  const { log, lines, texts } = recordingLog();
  const gateway = await startTestGateway({
    log,
    objects: [namespace('team-a')],
    maxHeaderBytes: 1_000,
    metricsPort: 0,
  });
  const written = async (count = 1) => {
    await waitFor(() => lines('request').length >= count, 'the lines are written');
    return lines('request');
  };
  return { gateway, written, texts, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const open = ({ url }: TestGateway) => RawConnection.open(Number(new URL(url).port));

/** Sends bytes, and resolves when the gateway has closed the connection. Whether its answer arrives depends on the network. */
async function send(gateway: TestGateway, bytes: string, { thenEnds = false } = {}): Promise<void> {
  using connection = await open(gateway);
  connection.send(bytes);
  if (thenEnds) connection.finish();
  expect(await connection.until(() => false, TIMEOUT_MS)).toBe(true);
}

describe('the request log and the metrics have a request that is refused before it is routed', () => {
  it.each([
    ['is no HTTP', 'zqsecretqz\r\n\r\n', 400, 'BAD_REQUEST', 'HPE_INVALID_METHOD'],
    ['has an unknown version', 'GET /zqsecretqz HTTP/9.9\r\n\r\n', 400, 'BAD_REQUEST', 'HPE_INVALID_VERSION'],
    ['is HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'BAD_REQUEST', 'HPE_PAUSED_H2_UPGRADE'],
    [
      'has an invalid header',
      'GET / HTTP/1.1\r\nzq secretqz: x\r\n\r\n',
      400,
      'BAD_REQUEST',
      'HPE_INVALID_HEADER_TOKEN',
    ],
    [
      'has too large headers',
      `GET / HTTP/1.1\r\nzqsecretqz: ${'x'.repeat(5_000)}`,
      431,
      'TOO_LARGE',
      'HPE_HEADER_OVERFLOW',
    ],
    ['has no Host', 'GET /livez?zqsecretqz HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'BAD_REQUEST', undefined],
    [
      'expects what is not known',
      `GET / HTTP/1.1\r\n${HOST}Expect: zqsecretqz\r\nConnection: close\r\n\r\n`,
      417,
      undefined,
      undefined,
    ],
    ['is a CONNECT', 'CONNECT zqsecretqz:443 HTTP/1.1\r\n\r\n', 405, undefined, undefined],
  ])('because it %s', async (_, bytes, status, code, reason) => {
    await using logged = await startLogged();
    await send(logged.gateway, bytes);
    const lines = await logged.written();
    expect(lines).toMatchObject([{ transport: 'http', status, outcome: 'error', requestId: expect.any(String) }]);
    expect(lines[0]).toMatchObject({ ...(code && { codes: [code] }), ...(reason && { reasons: [reason] }) });
    expect(lines[0]).not.toHaveProperty('viewer');
    expect(logged.texts.join('')).not.toMatch(/secretqz/u);
    const sample = `operations_total{operation="none",type="none",code="${code ?? `HTTP_${status}`}"} 1\n`;
    expect(await logged.gateway.metrics()).toContain(sample);
  });

  it('because its client closes in the middle of its headers', async () => {
    await using logged = await startLogged();
    await send(logged.gateway, `GET / HTTP/1.1\r\n${HOST}`, { thenEnds: true });
    expect(await logged.written()).toMatchObject([{ status: 400, reasons: ['HPE_INVALID_EOF_STATE'] }]);
  });
});

describe('the line of a request in progress has the error', () => {
  it.each([
    ['is malformed', 'zz\r\n', 400, 'BAD_REQUEST', 'HPE_INVALID_CHUNK_SIZE'],
    ['has too large chunk extensions', `1;${'x'.repeat(20_000)}`, 413, 'TOO_LARGE', 'HPE_CHUNK_EXTENSIONS_OVERFLOW'],
  ])('when its body %s', async (_, body, status, code, reason) => {
    await using logged = await startLogged();
    await send(logged.gateway, `${CHUNKED}${body}`);
    const line = { viewer: 'system:admin', status, outcome: 'error', codes: [code], reasons: [reason] };
    expect(await logged.written()).toMatchObject([line]);
  });

  it('when the client of an event stream sends bytes that are no request', async () => {
    await using logged = await startLogged();
    using connection = await open(logged.gateway);
    connection.send(STREAM);
    await connection.until((received) => received.includes('SYNCED'), TIMEOUT_MS);
    connection.send('zqsecretqz\r\n\r\n');
    await connection.until(() => false, TIMEOUT_MS);
    expect(connection.received.toString()).not.toContain('400 Bad Request');
    const line = { transport: 'sse', viewer: 'system:admin', status: 200, outcome: 'error', codes: ['BAD_REQUEST'] };
    expect(await logged.written()).toMatchObject([line]);
  });
});

it('logs nothing when a client leaves without a request, or resets its connection', async () => {
  await using logged = await startLogged();
  for (const bytes of ['', 'GET /']) {
    using connection = await open(logged.gateway);
    connection.send(bytes);
    if (bytes === '') connection.finish();
    else connection.reset();
    await connection.until(() => false, TIMEOUT_MS);
  }
  await send(logged.gateway, 'no HTTP\r\n\r\n');
  expect(await logged.written()).toMatchObject([{ status: 400, reasons: ['HPE_INVALID_METHOD'] }]);
});

it('logs a bounded number of lines when clients send many requests that are no HTTP', async () => {
  await using logged = await startLogged();
  const startedAt = performance.now();
  for (let sent = 0; sent < 50; sent += 1) await send(logged.gateway, 'no HTTP\r\n\r\n');
  const seconds = Math.ceil((performance.now() - startedAt) / 1_000);
  expect((await logged.written()).length).toBeLessThanOrEqual(seconds + 1);
  expect(await logged.gateway.metrics()).toContain('type="none",code="BAD_REQUEST"} 50\n');
});
