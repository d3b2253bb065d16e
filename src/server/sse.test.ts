import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { SerializedEvent } from '../subscriptions/result-template.ts';
import type { EventSink, SubscriptionHandle } from '../subscriptions/subscriber.ts';
import { FlowControl } from './flow-control.ts';
import type { OperationCaller } from './operation.ts';
import type { Pipeline } from './pipeline.ts';
import { EventStreamServer } from './sse.ts';

const limits = { maxPendingBytes: 100_000, maxPendingBytesPerViewer: 100_000, slowReaderTimeoutMs: 1_000 };
const events = ['{"data":1}', '{"data":2}'];
const sent = ':\n\nevent: next\ndata: {"data":1}\n\nevent: next\ndata: {"data":2}\n\n';

/** Returns the body of a stream whose subscription calls `start` when it is started. */
async function bodyOf(start: (sink: EventSink, streams: EventStreamServer) => void): Promise<string> {
  const handle: SubscriptionHandle = {
    resumable: false,
    discard: () => undefined,
    start(sink) {
      start(sink, streams);
      return { resume: () => undefined, stop: () => undefined };
    },
  };
  const pipeline = {
    operationTypeOf: () => 'subscription',
    prepare: () => Promise.resolve({}),
    run: () => Promise.resolve(handle),
  } as unknown as Pipeline;
  const streams = new EventStreamServer({
    pipeline,
    flowControl: new FlowControl(limits, () => undefined),
    serveJson: () => Promise.reject(new Error('Expected no JSON.')),
    maxBodyBytes: 1_000,
    maxBodyValues: 10,
  });
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fetched = fetch(`http://127.0.0.1:${port}/?query=subscription`, { headers: { accept: 'text/event-stream' } });
  const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  await streams.serve(request, response, { viewer: { name: 'ada' } } as unknown as OperationCaller);
  return (await fetched).text();
}

it('sends the events of a turn before the end of the subscription in the same turn', async () => {
  const body = await bodyOf((sink) => {
    for (const event of events) sink.send(new SerializedEvent(event));
    sink.end();
  });
  expect(body).toBe(`${sent}event: complete\nid: ended\ndata:\n\n`);
});

it('sends the events of a turn before the end of the stream when the server shuts down in the same turn', async () => {
  const body = await bodyOf((sink, streams) => {
    for (const event of events) sink.send(new SerializedEvent(event));
    void streams.close(0);
  });
  expect(body).toBe(`${sent}event: complete\ndata:\n\n`);
});
