import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../dev/simulator/free-port.ts';
import { joinSockets } from './join-sockets.ts';

/** A TCP proxy before a server: a cluster or a gateway. Its connections can be broken without affecting other clients. */
export class TcpProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #text: string;
  readonly #sockets = new Set<Socket>();
  #isBlackHole = false;
  #server: Server | undefined;
  #port = 0;

  /** @param server the server, with a kubeconfig if it is a cluster */
  static async to(server: { readonly url: string; readonly kubeconfig?: string }): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(server.url), server.kubeconfig ?? '');
    await proxy.reconnect();
    return proxy;
  }

  private constructor(target: URL, text: string) {
    this.#target = target;
    this.#text = text;
  }

  /** The URL of the server with the address of the proxy. */
  get url(): string {
    return this.#throughProxy(this.#target.href);
  }

  /** The kubeconfig of the cluster with the address of the proxy. */
  get kubeconfig(): string {
    return this.#throughProxy(this.#text);
  }

  /** Breaks every connection and refuses new ones. */
  async disconnect(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Stops forwarding on the open connections without closing them. New connections work. */
  stall(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  /** Like {@link stall}, and new connections are accepted but nothing is forwarded. */
  blackHole(): void {
    this.#isBlackHole = true;
    this.stall();
  }

  /** New connections work again. The others stay silent. */
  endBlackHole(): void {
    this.#isBlackHole = false;
  }

  async reconnect(): Promise<void> {
    this.#server = createServer((near) => {
      this.#join(near, connect(Number(this.#target.port), this.#target.hostname));
      if (this.#isBlackHole) this.stall();
    });
    if (this.#port === 0) this.#port = await freePort();
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.disconnect();
  }

  #throughProxy(text: string): string {
    return text.replace(this.#target.host, `127.0.0.1:${this.#port}`);
  }

  #join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    joinSockets(near, far);
  }
}
