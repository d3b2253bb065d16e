import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { TIMESTAMP_BYTES } from './timestamp.ts';
import { operationOf, type MessageBytes } from './cluster.ts';

/** A message of the gateway, without its stamp. */
export interface MessageParts {
  readonly before: string;
  readonly after: string;
}

/** Has the gateway make one message, for who is to send the same bytes without making them. */
export async function sampleMessage(url: string, messageBytes: MessageBytes): Promise<MessageParts> {
  const webSocket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const subscribe = { id: randomUUID(), type: 'subscribe', payload: { query: operationOf(messageBytes, 0) } };
  webSocket.once('error', reject);
  webSocket.once('open', () => webSocket.send('{"type":"connection_init"}'));
  webSocket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    if (text.includes('connection_ack')) webSocket.send(JSON.stringify(subscribe));
    else if (text.includes('@')) resolve(text);
    else reject(new Error(`Expected a message with a stamp, got ${text}`));
  });
  try {
    const message = (await promise).replace('ADDED', 'MODIFIED');
    const at = message.indexOf('@');
    return { before: message.slice(0, at), after: message.slice(at + TIMESTAMP_BYTES) };
  } finally {
    webSocket.terminate();
  }
}
