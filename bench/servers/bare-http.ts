import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The lower limit of the cost of an answer: `node:http` and `JSON.stringify` of the value that the path names. A PUT stores a value, from
 * its JSON. Prints its port.
 */
const values = new Map<string, unknown>();

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'PUT') return void store(request, response);
  request.resume();
  request.once('end', () => {
    const body = Buffer.from(JSON.stringify(values.get(request.url ?? '')));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
  });
  return undefined;
}

async function store(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  values.set(request.url ?? '', JSON.parse(Buffer.concat(chunks).toString()));
  response.writeHead(204).end();
}

const server = createServer(answer);
server.listen(0, '127.0.0.1', () => console.log(`"url":"http://127.0.0.1:${(server.address() as AddressInfo).port}`));
