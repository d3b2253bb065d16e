/**
 * Program: an HTTP proxy on loopback that opens tunnels to the local port of any host name. Prints its port. Answers other requests with
 * the target of each tunnel, one per line.
 */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

const tunnels: string[] = [];
const server = createServer((_, response) => response.end(tunnels.join('\n'))).on(
  'connect',
  (request, client: Socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
    const { port } = new URL(`http://${request.url}`);
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  },
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
