/**
 * Program: an HTTP proxy on loopback that opens tunnels to the local port of any host name. Prints its port, then the target of
 * each tunnel, one per line.
 */
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

const server = createServer().on('connect', (request, client: Socket) => {
  process.stdout.write(`${request.url} ${request.headers['proxy-authorization'] ?? ''}\n`);
  const { port } = new URL(`http://${request.url}`);
  const upstream = connect(Number(port), '127.0.0.1', () => {
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.pipe(client).pipe(upstream);
  });
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
