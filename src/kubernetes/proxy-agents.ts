import type http from 'node:http';
import type https from 'node:https';
import { checkServerIdentity } from 'node:tls';

/** The parts of hpagent's agents that are used here. */
interface HttpProxy {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Makes the agent of a proxy accept IPv6 addresses, and returns the options that requests to a server need for that. The agents of
 * client-node ask the resolver for the address of a proxy with its brackets, and those of HTTP proxies request tunnels to an address without.
 */
export function ipv6Options({ hostname }: URL, agent: http.Agent | boolean | undefined): https.RequestOptions {
  const proxy: unknown = typeof agent === 'object' && 'proxy' in agent ? agent.proxy : undefined;
  if (typeof agent !== 'object' || typeof proxy !== 'object' || proxy === null) return {};
  if (isHttpProxy(proxy)) Object.assign(agent, { proxy: withoutBrackets(proxy) });
  else if ('host' in proxy) Object.assign(proxy, { host: unbracketed(String(proxy.host)) }); // of SOCKS
  if (!isHttpProxy(proxy) || unbracketed(hostname) === hostname) return {};
  return {
    hostname,
    checkServerIdentity: (name, certificate) =>
      checkServerIdentity(name === hostname ? unbracketed(name) : name, certificate),
  };
}

function isHttpProxy(proxy: object): proxy is HttpProxy {
  return 'hostname' in proxy;
}

function withoutBrackets({ protocol, hostname, port, username, password }: HttpProxy): HttpProxy {
  return { protocol, hostname: unbracketed(hostname), port, username, password };
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/u, '$1');
}
