import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocketLimits } from './websocket-limits.ts';

it('counts a WebSocket for no viewer when it is closed before its client is authenticated', () => {
  const limits = new WebSocketLimits({
    maxWebsockets: 10,
    maxWebsocketsPerViewer: 1,
    maxUnauthenticatedWebsocketsPerAddress: 10,
    addressOf: () => '192.0.2.1',
  });
  const open = () => limits.open(new IncomingMessage(new Socket()));
  const closed = open();
  closed[Symbol.dispose]();
  closed.authenticated('ann'); // its token was reviewed meanwhile
  open().authenticated('ann');
  expect(() => open().authenticated('ann')).toThrow('MAX_WEBSOCKETS_PER_VIEWER');
});
