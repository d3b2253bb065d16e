import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/**
 * Calls `onTimeout` if a new connection, with its TLS handshake, takes longer than some milliseconds. A server that is suspended, or behind
 * a network that drops everything, would otherwise take as long as the request may, or, for a watch, until its idle timeout.
 */
export function limitConnecting(socket: Socket, ms: number, onTimeout: () => void): void {
  const isSecure = socket instanceof TLSSocket;
  const isConnected = isSecure ? socket.getFinished() !== undefined : !socket.connecting;
  if (isConnected) return;
  const timeout = setTimeout(onTimeout, ms);
  const stop = () => clearTimeout(timeout);
  socket.once(isSecure ? 'secureConnect' : 'connect', stop).once('close', stop);
}
