import { once } from 'node:events';
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import https from 'node:https';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import type { ServingCertificate } from '../../dev/simulator/serving-certificate.ts';

/** A received request. */
interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
  /** Server name of the TLS handshake (SNI). */
  readonly serverName: string | undefined;
  /** Subject of the client certificate; undefined if there was none. */
  readonly clientFingerprint: string | undefined;
}

export interface LoopbackServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

interface LoopbackServerOptions {
  /** Certificate for TLS; plain HTTP if undefined. */
  readonly identity?: ServingCertificate;
  /** Accepts only client certificates of this authority. */
  readonly clientAuthority?: string;
  readonly host?: string;
  readonly answer?: (response: ServerResponse, request: IncomingMessage) => void;
}

/** Starts a server on loopback that records its requests and responds with `{}` or the given body. */
export async function startLoopbackServer(options: LoopbackServerOptions = {}): Promise<LoopbackServer> {
  const { identity, clientAuthority, host = '127.0.0.1', answer = (response) => void response.end('{}') } = options;
  const seen: SeenRequest[] = [];
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push(seenOf(request, await text(request)));
    answer(response, request);
  }
  const listener: RequestListener = (request, response) => {
    void take(request, response);
  };
  const tls = identity && {
    key: identity.key,
    cert: identity.certificate,
    ...(clientAuthority && { ca: clientAuthority, requestCert: true, rejectUnauthorized: true }),
  };
  const server = tls ? https.createServer(tls, listener) : http.createServer(listener);
  const port = await listen(server, host);
  return {
    port,
    url: `${tls ? 'https' : 'http'}://${authorityOf(host, port)}`,
    seen,
    [Symbol.asyncDispose]: () => close(server),
  };
}

export interface LoopbackProxy extends AsyncDisposable {
  readonly url: string;
  /** Targets of the requested tunnels, in order. */
  readonly tunnels: readonly string[];
}

/** Starts a proxy on loopback that opens tunnels and records them. */
export async function startLoopbackProxy({ host = '127.0.0.1' } = {}): Promise<LoopbackProxy> {
  const tunnels: string[] = [];
  const ends = new Set<Socket>();
  const server = http.createServer().on('connect', (request, client: Socket) => {
    const target = new URL(`http://${request.url}`);
    tunnels.push(target.host);
    const upstream = connect(Number(target.port), target.hostname.replace(/^\[(.*)\]$/u, '$1'), () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const end of [client, upstream]) ends.add(end.on('error', () => end.destroy()));
  });
  const port = await listen(server, host);
  return {
    url: `http://${authorityOf(host, port)}`,
    tunnels,
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.destroy();
      await close(server);
    },
  };
}

/** Starts a SOCKS5 proxy (RFC 1928) on `::1` that requires no credentials and opens tunnels to IPv6 addresses. */
export async function startSocksProxy(): Promise<AsyncDisposable & { readonly url: string }> {
  const ends = new Set<Socket>();
  const server = createServer((client) => {
    ends.add(client.on('error', () => client.destroy()));
    client.once('data', () => {
      client.write(Buffer.of(5, 0));
      client.once('data', (request) => {
        const upstream = connect(request.readUInt16BE(20), ipv6Of(request.subarray(4, 20)), () => {
          client.write(Buffer.concat([Buffer.of(5, 0), request.subarray(2)]));
          upstream.pipe(client).pipe(upstream);
        });
        ends.add(upstream.on('error', () => client.destroy()));
      });
    });
  });
  const port = await listen(server, '::1');
  return {
    url: `socks5://[::1]:${port}`,
    async [Symbol.asyncDispose]() {
      for (const end of ends) end.destroy();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function ipv6Of(bytes: Buffer): string {
  return (bytes.toString('hex').match(/.{4}/gu) ?? []).join(':');
}

function authorityOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function seenOf(request: IncomingMessage, body: string): SeenRequest {
  const { method, url, headers, socket } = request;
  const tls = socket instanceof TLSSocket ? socket : undefined;
  return {
    method,
    url,
    authorization: headers.authorization,
    body,
    serverName: tls?.servername || undefined,
    clientFingerprint: tls?.getPeerX509Certificate()?.fingerprint256,
  };
}

async function listen(server: Server, host: string): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function close(server: http.Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
