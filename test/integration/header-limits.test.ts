import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { headerAuthentication as header } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';
import { grantIn, viewing } from '../support/access/grants.ts';

const objects = [
  namespace('team-a'),
  workspace('nb-1', { state: 'Running' }),
  ...grantIn('team-a', 'group:group-249-of-the-organization-with-a-long-name', viewing),
];
const groups = Array.from({ length: 250 }, (_, index) => `group-${index}-of-the-organization-with-a-long-name`);

type Headers = Readonly<Record<string, string | string[]>>;

async function post(gateway: TestGateway, headers: Headers = {}): Promise<{ status: number; body: string }> {
  const sent = request(gateway.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
  sent.end(JSON.stringify({ query: '{ workspaces { totalCount } }' }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

const ANSWER = '{"data":{"workspaces":{"totalCount":1}}}';

describe('request headers', () => {
  it('accepts request headers when they have 20 kB of cookies', async () => {
    await using gateway = await startTestGateway({ objects });
    expect(await post(gateway, { cookie: `session=${'x'.repeat(20_000)}` })).toEqual({ status: 200, body: ANSWER });
  });

  it('accepts request headers over HTTP and WebSocket when they have 250 groups', async () => {
    await using gateway = await startTestGateway({ objects, authentication: header });
    const headers = { 'kubeflow-userid': 'erin', 'kubeflow-groups': groups };
    expect(await post(gateway, headers)).toEqual({ status: 200, body: ANSWER });
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', { headers });
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
  });

  it('refuses request headers with an explanation when they exceed MAX_HEADER_BYTES', async () => {
    await using gateway = await startTestGateway({ objects, maxHeaderBytes: 8_192 });
    const { status, body } = await post(gateway, { cookie: 'x'.repeat(9_000) });
    expect(status).toBe(431);
    expect(JSON.parse(body)).toMatchObject({
      errors: [
        {
          message: expect.stringMatching(
            /^Expected a URL and headers of at most 8192 bytes \(MAX_HEADER_BYTES\), got 9\d{3}\. Send fewer groups or cookies\.$/u,
          ),
          extensions: { code: 'TOO_LARGE' },
        },
      ],
    });
  });

  it('refuses a WebSocket when its request headers exceed MAX_HEADER_BYTES', async () => {
    await using gateway = await startTestGateway({ objects, maxHeaderBytes: 8_192 });
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
      headers: { cookie: 'x'.repeat(9_000) },
    });
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    expect(String(error)).toContain('431');
  });

  it.each(['Application/JSON', 'APPLICATION/JSON; Charset=UTF-8', 'application/json ;charset=utf-8'])(
    'accepts request headers when Content-Type is %s',
    async (contentType) => {
      await using gateway = await startTestGateway({ objects });
      expect(await post(gateway, { 'content-type': contentType })).toEqual({ status: 200, body: ANSWER });
      const stream = await post(gateway, { 'content-type': contentType, accept: 'Text/Event-Stream' });
      expect(stream).toMatchObject({ status: 200, body: expect.stringContaining(`data: ${ANSWER}`) });
    },
  );
});
