import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../../test/support/loopback-server.ts';
import { Widget } from '../../test/support/widget.ts';
import { createApiConnection } from './api-connection.ts';
import { Client } from './client.ts';

const { signal } = new AbortController();

async function clientOf(server: LoopbackServer): Promise<Client> {
  return new Client(await createApiConnection(kubeconfig({ server: server.url })));
}

const FILLER = Buffer.alloc(1.5 * 2 ** 20, 'x');

/** Sends a page of 60 objects of 1.5 MiB each. */
function sendPage(response: ServerResponse, { url }: IncomingMessage): void {
  const query = new URL(url ?? '/', 'http://server').searchParams;
  const start = Number(query.get('continue') ?? 0);
  const end = Math.min(60, start + Number(query.get('limit')));
  response.write('{"items":[');
  for (let index = start; index < end; index += 1) {
    const metadata = JSON.stringify({ name: `w-${index}`, uid: `${index}`, resourceVersion: '1' });
    response.write(`${index > start ? ',' : ''}{"metadata":${metadata},"spec":{"color":"`);
    response.write(FILLER);
    response.write('"}}');
  }
  const metadata = JSON.stringify({ resourceVersion: '7', continue: end < 60 ? String(end) : '' });
  response.end(`],"metadata":${metadata}}`);
}

function nextPages(limit: number): readonly string[] {
  return Array.from({ length: 60 / limit - 1 }, (_, page) => `${limit}&continue=${(page + 1) * limit}`);
}

it('reads smaller pages when a page of large objects exceeds the limit of a response', async () => {
  await using server = await startLoopbackServer({ answer: sendPage });
  const { items } = await (
    await clientOf(server)
  ).listAll(Widget, { signal }, (error) => expect.unreachable(error.message));
  expect(items.map(({ metadata }) => metadata.name)).toEqual(Array.from({ length: 60 }, (_, index) => `w-${index}`));
  expect(server.seen.map(({ url }) => url?.replace(/^.*limit=/u, ''))).toEqual(['500', '50', '5', ...nextPages(5)]);
});

it('stops reading with ResponseTooLarge when a response does not end', async () => {
  let written = 0;
  await using server = await startLoopbackServer({
    answer: (response) => {
      const chunk = Buffer.alloc(2 ** 20, ' ');
      const write = () => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
      };
      response.on('drain', write);
      write();
    },
  });
  const error: unknown = await (
    await clientOf(server)
  )
    .get(Widget, { namespace: 'default', name: 'a' }, signal)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ reason: 'ResponseTooLarge', code: 502 });
  expect(written).toBeLessThan(64 * 2 ** 20);
});
