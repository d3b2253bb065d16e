import { BlockList, isIP } from 'node:net';

/** Values of the proxy variables, as Go's `net/http` reads them; empty if not set. */
export interface ProxySettings {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  readonly noProxy: string;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * Returns the URL of the proxy for an API server, by the rules of kubectl (golang.org/x/net/http/httpproxy): none for
 * `localhost` and loopback addresses. An entry of NO_PROXY is `*`, a domain (which includes its subdomains; only those with a
 * leading dot or `*.`), an IP address or a CIDR; all but CIDRs may have a port.
 */
export function proxyFor(server: URL, { httpProxy, httpsProxy, noProxy }: ProxySettings): string | undefined {
  const proxy = server.protocol === 'https:' ? httpsProxy : httpProxy;
  if (proxy === '' || isBypassed(server, noProxy)) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isBypassed({ protocol, hostname, port }: URL, noProxy: string): boolean {
  const target = {
    host: hostname.replace(/^\[(.*)\]$/u, '$1').replace(/\.$/u, ''),
    port: port || (DEFAULT_PORTS[protocol] ?? ''),
  };
  if (target.host === 'localhost' || isLoopbackAddress(target.host)) return true;
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  return entries.some((entry) => entry !== '' && matches(entry, target));
}

interface Target {
  readonly host: string;
  readonly port: string;
}

function matches(entry: string, { host, port }: Target): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIn(entry, host);
  const { name, port: onlyPort } = splitHostPort(entry);
  if (name === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
  if (isIP(name) !== 0 || isIP(host) !== 0) return isSameAddress(name, host);
  const domain = name.startsWith('*.') ? name.slice(1) : name;
  return domain.startsWith('.') ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function splitHostPort(entry: string): { readonly name: string; readonly port?: string | undefined } {
  if (isIP(entry) !== 0) return { name: entry };
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d+))?$/u.exec(entry) ?? [];
  return { name: bracketed ?? plain ?? entry, port };
}

function isSameAddress(address: string, other: string): boolean {
  if (isIP(address) === 0 || isIP(address) !== isIP(other)) return false;
  return isIn(`${address}/${isIP(address) === 4 ? 32 : 128}`, other);
}

function isLoopbackAddress(host: string): boolean {
  return isIn('127.0.0.0/8', host) || isIn('::1/128', host);
}

/** Returns whether an address is in a network. False if one of them is invalid. */
function isIn(cidr: string, address: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const version = isIP(network);
  if (version === 0 || isIP(address) !== version || !/^\d{1,3}$/u.test(prefix)) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (Number(prefix) > (version === 4 ? 32 : 128)) return false;
  const networks = new BlockList();
  networks.addSubnet(network, Number(prefix), family);
  return networks.check(address, family);
}
