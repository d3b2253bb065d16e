import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy-settings.ts';

const PROXY = 'http://proxy:3128';
const all = { httpProxy: PROXY, httpsProxy: PROXY };

describe('proxyFor', () => {
  it.each([
    ['https://cluster.test', 'https', 'http://secure:1'],
    ['http://cluster.test', 'http', 'http://plain:1'],
    ['https://10.0.0.1:6443', 'https', 'http://secure:1'],
  ])('returns the proxy of the scheme for %s: %s', (server, _, expected) => {
    const settings = { httpProxy: 'plain:1', httpsProxy: 'http://secure:1', noProxy: '' };
    expect(proxyFor(new URL(server), settings)).toBe(expected);
  });

  it('returns no proxy when the variable of the scheme is not set', () => {
    const settings = { httpProxy: PROXY, httpsProxy: '', noProxy: '' };
    expect(proxyFor(new URL('https://cluster.test'), settings)).toBeUndefined();
  });

  it.each(['https://localhost:6443', 'https://127.0.0.1', 'https://127.9.9.9', 'https://[::1]:6443'])(
    'returns no proxy for %s',
    (server) => {
      expect(proxyFor(new URL(server), { ...all, noProxy: '' })).toBeUndefined();
    },
  );

  // The rules of golang.org/x/net/http/httpproxy, which kubectl uses.
  it.each<[string, string, boolean]>([
    ['*', 'https://cluster.test', true],
    ['cluster.test', 'https://cluster.test', true],
    ['cluster.test', 'https://CLUSTER.test', true],
    ['Cluster.Test', 'https://cluster.test', true],
    ['cluster.test', 'https://api.cluster.test', true],
    ['cluster.test', 'https://mycluster.test', false],
    ['.cluster.test', 'https://cluster.test', false],
    ['.cluster.test', 'https://api.cluster.test', true],
    ['*.cluster.test', 'https://api.cluster.test', true],
    ['*.cluster.test', 'https://cluster.test', false],
    ['cluster.test:6443', 'https://cluster.test:6443', true],
    ['cluster.test:6443', 'https://cluster.test', false],
    ['cluster.test:443', 'https://cluster.test', true],
    ['cluster.test:80', 'http://cluster.test', true],
    [' other , cluster.test ', 'https://cluster.test', true],
    [',,', 'https://cluster.test', false],
    [':6443', 'https://cluster.test:6443', false],
    ['10.0.0.1', 'https://10.0.0.1:6443', true],
    ['10.0.0.1:6443', 'https://10.0.0.1:6443', true],
    ['10.0.0.1:443', 'https://10.0.0.1:6443', false],
    ['10.0.0.2', 'https://10.0.0.1', false],
    ['10.0.0.0/8', 'https://10.1.2.3:6443', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/8', 'https://cluster.test', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['fd00::/8', 'https://[fd00::1]:6443', true],
    ['fd00::1', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:6443', 'https://[fd00::1]:6443', true],
    ['[fd00::1]:443', 'https://[fd00::1]:6443', false],
    ['fd00::/8', 'https://10.0.0.1', false],
    ['0.0.0.1', 'https://10.0.0.1', false],
  ])('reads NO_PROXY=%s for %s: bypassed is %s', (noProxy, server, isBypassed) => {
    expect(proxyFor(new URL(server), { ...all, noProxy })).toBe(isBypassed ? undefined : PROXY);
  });
});
