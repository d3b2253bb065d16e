import { randomBytes, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export type Protocol = 'graphql-ws' | 'sse';

interface RawClientOptions {
  readonly url: URL;
  readonly protocol: Protocol;
  readonly query: string;
  /** Receives all bytes after the subscribe request was sent. The buffer is reused once it returns. */
  readonly onBytes: (bytes: Buffer) => void;
  readonly onLost: (error: Error) => void;
}

/** Shared by all clients, which read one after the other. */
const chunk = Buffer.allocUnsafeSlow(256 * 1024);
/** First byte of a ping frame. The server's pings are empty. */
const PING = 0x89;
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/**
 * Subscribes over a raw socket. Parses the handshake only; all later bytes go to `onBytes` as they are. Resolves when the
 * subscribe request has been sent.
 */
export async function subscribeRaw(options: RawClientOptions): Promise<Socket> {
  const { url, protocol, onBytes, onLost } = options;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const handshake = protocol === 'sse' ? sseHandshake(options) : webSocketHandshake(options);
  let isComplete = false;
  const take = (bytes: Buffer) => {
    if (isComplete) return onBytes(bytes);
    const step = handshake(bytes.toString('latin1'));
    if (step.send) socket.write(step.send);
    isComplete = step.isComplete;
    if (isComplete) resolve();
  };
  const onread = {
    buffer: chunk,
    callback: (size: number) => {
      if (size === 2 && chunk[0] === PING) socket.write(PONG);
      else take(chunk.subarray(0, size));
      return true;
    },
  };
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true, onread });
  socket.once('connect', () => socket.write(handshake('').send ?? ''));
  socket.on('error', (error) => {
    reject(error);
    onLost(error);
  });
  socket.once('end', () =>
    onLost(new Error(`Expected ${url.href} to keep the subscription open, got the end of the stream.`)),
  );
  await promise;
  return socket;
}

/** Returns the bytes to send after the received text, and whether the handshake is complete then. */
type Handshake = (received: string) => { readonly send?: string | Buffer; readonly isComplete: boolean };

function webSocketHandshake({ url, query }: RawClientOptions): Handshake {
  let received = '';
  const steps = [
    { after: '', send: upgradeRequest(url) },
    { after: '\r\n\r\n', send: frameOf({ type: 'connection_init' }) },
    { after: 'connection_ack', send: frameOf({ id: randomUUID(), type: 'subscribe', payload: { query } }) },
  ];
  return (text) => {
    received += text;
    const [step] = steps;
    if (!step || !received.includes(step.after)) return { isComplete: false };
    if (received.startsWith('HTTP') && !received.startsWith('HTTP/1.1 101'))
      throw new Error(`Expected 101, got ${received}`);
    steps.shift();
    return { send: step.send, isComplete: steps.length === 0 };
  };
}

function sseHandshake({ url, query }: RawClientOptions): Handshake {
  let received = '';
  return (text) => {
    received += text;
    if (received === '') return { send: sseRequest(url, query), isComplete: false };
    if (!received.startsWith('HTTP/1.1 200')) throw new Error(`Expected 200, got ${received}`);
    return { isComplete: received.includes(':\n\n') };
  };
}

function upgradeRequest({ host, pathname }: URL): string {
  return [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    '\r\n',
  ].join('\r\n');
}

function sseRequest({ host, pathname }: URL, query: string): string {
  const body = JSON.stringify({ query });
  return [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Content-Type: application/json',
    'Accept: text/event-stream',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `\r\n${body}`,
  ].join('\r\n');
}

/** Returns a text frame. Clients must mask the payload; a mask of zeros does not change it. */
function frameOf(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const size = text.length;
  const length = size < 126 ? [0x80 | size] : [0x80 | 126, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), text]);
}
