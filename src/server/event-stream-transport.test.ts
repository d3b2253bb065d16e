import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { EventStreamTransport } from './event-stream-transport.ts';

/** Returns a response whose head has been written, and a function that ends it and returns the body that the client received. */
async function openResponse(): Promise<{ readonly response: ServerResponse; readonly end: () => Promise<string> }> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const received = Promise.withResolvers<string>();
  get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, agent: false }, (incoming) => {
    let body = '';
    incoming.on('data', (bytes: Buffer) => (body += bytes.toString()));
    incoming.on('end', () => received.resolve(body));
  });
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.writeHead(200).write('head ');
  const end = () => {
    response.end(' end');
    return received.promise;
  };
  return { response, end };
}

function chunk(text: string): Buffer {
  return Buffer.from(`${text.length.toString(16)}\r\n${text}\r\n`);
}

const writesOf = ({ socket }: ServerResponse) => {
  if (!socket) throw new TypeError('Expected a response with a socket.');
  return vi.spyOn(socket, 'write');
};

it('joins the bytes of one iteration to the same buffer for responses that get the same', async () => {
  const responses = [await openResponse(), await openResponse(), await openResponse()];
  const [one, two] = [chunk('one '), chunk('two ')];
  const eventsOf = [
    [one, two],
    [one, two],
    [two, one],
  ];
  const written = responses.map(({ response }, index) => {
    const writes = writesOf(response);
    const transport = new EventStreamTransport(response);
    transport.cork();
    for (const event of eventsOf[index] ?? []) transport.write(event);
    expect(writes).not.toHaveBeenCalled();
    transport.uncork();
    expect(writes).toHaveBeenCalledOnce();
    return writes.mock.calls[0]?.[0];
  });
  expect(written[1]).toBe(written[0]);
  expect(written[2]).not.toBe(written[0]);
  const bodies = await Promise.all(responses.map(({ end }) => end()));
  expect(bodies).toEqual(['head one two  end', 'head one two  end', 'head two one  end']);
});

it('holds at most 16 KiB, and writes a larger event as it is', async () => {
  const { response, end } = await openResponse();
  const writes = writesOf(response);
  const transport = new EventStreamTransport(response);
  const [small, large] = ['s'.repeat(10_000), 'l'.repeat(20_000)];
  const bytes = chunk(large);
  transport.cork();
  transport.write(chunk(small));
  transport.write(chunk(small));
  expect(writes).toHaveBeenCalledTimes(1);
  transport.write(bytes);
  expect(writes).toHaveBeenCalledTimes(3);
  expect(writes.mock.calls[2]?.[0]).toBe(bytes);
  transport.uncork();
  expect(writes).toHaveBeenCalledTimes(3);
  expect(await end()).toBe(`head ${small}${small}${large} end`);
});

it('writes held bytes before the end of the response when it is flushed', async () => {
  const { response, end } = await openResponse();
  const transport = new EventStreamTransport(response);
  transport.cork();
  transport.write(chunk('held'));
  transport.flush();
  const body = end();
  transport.uncork();
  expect(await body).toBe('head held end');
});
