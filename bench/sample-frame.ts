import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { STAMP_BYTES } from './stamp.ts';
import { operationOf, type FrameBytes } from './world.ts';

/** A frame of the gateway, without its stamp. */
export interface FrameParts {
  readonly before: string;
  readonly after: string;
}

/** Has the gateway make one frame, for who is to send the same bytes without making them. */
export async function sampleFrame(url: string, frameBytes: FrameBytes): Promise<FrameParts> {
  const webSocket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const subscribe = { id: randomUUID(), type: 'subscribe', payload: { query: operationOf(frameBytes, 0) } };
  webSocket.once('error', reject);
  webSocket.once('open', () => webSocket.send('{"type":"connection_init"}'));
  webSocket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    if (text.includes('connection_ack')) webSocket.send(JSON.stringify(subscribe));
    else if (text.includes('@')) resolve(text);
    else reject(new Error(`Expected a frame with a stamp, got ${text}`));
  });
  try {
    const frame = (await promise).replace('ADDED', 'MODIFIED');
    const at = frame.indexOf('@');
    return { before: frame.slice(0, at), after: frame.slice(at + STAMP_BYTES) };
  } finally {
    webSocket.terminate();
  }
}
