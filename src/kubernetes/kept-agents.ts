import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

const KEPT = 4;
/** So long is a connection kept that nobody uses: less than what API servers allow. */
const IDLE_MS = 20_000;
const KEEPING = { keepAlive: true, timeout: IDLE_MS };

/**
 * Agents that keep their connections, one for each way of proving who we are to TLS: a handshake costs more than a small
 * answer. A connection that the server gives up at the wrong moment breaks a request, so they are for what may be asked twice.
 */
export class KeptAgents {
  readonly #agents = new Map<string, http.Agent>();

  /** The agent to use in place of the one that the options bring. Undefined for a proxy's, which is left as it is. */
  for(options: https.RequestOptions): http.Agent | undefined {
    const { agent, ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = options;
    if (!(agent instanceof http.Agent)) return undefined;
    const means = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized };
    if (agent.constructor === http.Agent) return this.#kept('http', () => new http.Agent(KEEPING));
    if (agent.constructor !== https.Agent) return undefined;
    const name = createHash('sha256').update(JSON.stringify(means)).digest('base64');
    return this.#kept(name, () => new https.Agent({ ...means, ...KEEPING }));
  }

  #kept(name: string, create: () => http.Agent): http.Agent {
    const kept = this.#agents.get(name) ?? create();
    this.#agents.set(name, kept);
    const [oldest] = this.#agents.keys();
    if (this.#agents.size > KEPT && oldest !== undefined) this.#agents.delete(oldest);
    return kept;
  }
}
