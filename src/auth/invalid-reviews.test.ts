import { expect, it } from 'vitest';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../../test/support/loopback-server.ts';
import { createApiConnection } from '../kubernetes/api-connection.ts';
import { Client } from '../kubernetes/client.ts';
import { selfAccessReview, subjectAccessReview } from './access-reviews.ts';
import { tokenAuthenticator } from './authenticators/token.ts';

const { signal } = new AbortController();
const attributes = { verb: 'list', group: '', resource: 'pods', namespace: 'team-a', name: null };
const invalidResponse = { name: 'StatusError', code: 502, reason: 'InvalidResponse' };

async function responding(body: string): Promise<LoopbackServer & { readonly client: Client }> {
  const server = await startLoopbackServer({ answer: (response) => void response.writeHead(201).end(body) });
  return { ...server, client: new Client(await createApiConnection(kubeconfig({ server: server.url }))) };
}

it.each(['null', '[]', '{}', '<html></html>', '{"status":null}', '{"status":{"allowed":"true"}}'])(
  'returns InvalidResponse and no denial when an access review is %s',
  async (body) => {
    await using server = await responding(body);
    await expect(selfAccessReview(server.client)(attributes, signal)).rejects.toMatchObject(invalidResponse);
    const review = subjectAccessReview(server.client, 'erin', []);
    await expect(review(attributes, signal)).rejects.toMatchObject(invalidResponse);
  },
);

it.each([
  'null',
  '[]',
  '{}',
  '<html></html>',
  '{"status":{"authenticated":true}}',
  '{"kind":"TokenReview"}',
  '{"kind":"TokenReview","status":[]}',
])('returns InvalidResponse and not 401 when a token review is %s', async (body) => {
  await using server = await responding(body);
  const authenticate = tokenAuthenticator(server.client, { graceMs: 0 });
  await expect(authenticate({ header: () => ['Bearer t'], remoteAddress: '127.0.0.1' })).rejects.toMatchObject(
    invalidResponse,
  );
});
