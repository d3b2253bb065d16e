import { hash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

/** Idle time before TCP probes, so that a connection to a host that is down fails within a minute. */
export const TCP_KEEP_ALIVE_MS = 30_000;
const MAX_AGENTS = 4;
/** Time after which an unused connection is closed, less than the timeout of API servers. */
const IDLE_MS = 20_000;
/**
 * Connections of an agent; further requests wait. More than the access reviews at once, so that others need not wait for them.
 * Without a limit, the reviews of 1,000 tokens that expire together would open 1,000 connections, again each time.
 */
const MAX_CONNECTIONS = 64;
const KEEP_ALIVE = {
  keepAlive: true,
  keepAliveMsecs: TCP_KEEP_ALIVE_MS,
  timeout: IDLE_MS,
  maxSockets: MAX_CONNECTIONS,
};

/** Agent of one TLS identity: the name of a connection need not contain its certificates, as Node's own name does. */
class HttpsAgent extends https.Agent {
  override getName({ host = '', port = '' }: http.RequestOptions = {}): string {
    return `${host}:${port}`;
  }
}

/**
 * HTTP agents with keep-alive, one for each TLS identity, at most four; the oldest is dropped. They save the TLS handshakes of
 * small requests. An API server may close an idle connection just when a request uses it, so they are for repeatable requests.
 */
export class KeepAliveAgents {
  readonly #agents = new Map<string, http.Agent>();
  /** Name of the agent for the last options. */
  #last: { readonly options: https.RequestOptions; readonly name: string } | undefined;

  /** Returns the agent to use instead of the one in the options; undefined if that one is a proxy's. */
  for(options: https.RequestOptions): http.Agent | undefined {
    const { agent, ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    if (!(agent instanceof http.Agent)) return undefined;
    const tlsIdentity = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    if (agent.constructor === http.Agent) return this.#agent('http', () => new http.Agent(KEEP_ALIVE));
    if (agent.constructor !== https.Agent) return undefined;
    const name = this.#last?.options === options ? this.#last.name : digestOf(Object.values(tlsIdentity));
    this.#last = { options, name };
    return this.#agent(name, () => new HttpsAgent({ ...tlsIdentity, ...KEEP_ALIVE }));
  }

  #agent(name: string, create: () => http.Agent): http.Agent {
    const agent = this.#agents.get(name) ?? create();
    this.#agents.set(name, agent);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > MAX_AGENTS && oldest !== undefined) this.#agents.delete(oldest);
    return agent;
  }
}

/** Returns a digest that is equal for equal values only. Certificates are bytes, whose JSON would be a list of numbers. */
function digestOf(values: readonly unknown[]): string {
  const parts = values.flatMap((value) => {
    const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value) ?? '');
    return [Buffer.from(`${bytes.length} `), bytes];
  });
  return hash('sha256', Buffer.concat(parts), 'base64');
}
