import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SerializedEvent } from '../subscriptions/result-template.ts';
import { NextMessagePrefix, sharedPayload } from './websocket-frames.ts';

it.each([1, 80, 126, 300, 65_480, 65_536, 200_000])(
  'frames a next message of about %i bytes that a WebSocket client can read',
  async (size) => {
    const text = JSON.stringify({ data: 'ä'.repeat(size / 2) });
    const id = '"1" – ü';
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket: Socket, head) => {
      sockets.handleUpgrade(request, socket, head, () => {
        const payload = sharedPayload(new SerializedEvent(text));
        const prefix = new NextMessagePrefix(id);
        socket.write(prefix.before(payload.length));
        socket.write(payload);
        socket.write(prefix.with(payload));
      });
    });
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const messages: unknown[] = [];
    const received = Promise.withResolvers<void>();
    client.on('message', (bytes: Buffer) => {
      messages.push(JSON.parse(bytes.toString()));
      if (messages.length === 2) received.resolve();
    });
    await received.promise;
    const expected = { id, type: 'next', payload: JSON.parse(text) as unknown };
    expect(messages).toEqual([expected, expected]);
    client.terminate();
    server.close();
  },
);
