import type https from 'node:https';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { base64, kubeconfigText } from '../../test/support/kubeconfig.ts';
import { createScratchDirectory } from '../../test/support/scratch-directory.ts';
import { readCredentialFiles } from './credential-files.ts';
import { impersonationOf, loadKubeConfig, serverOf } from './kubeconfig.ts';

const SERVER = 'https://127.0.0.1:6443';
const VALID = kubeconfigText({ server: SERVER }, { token: 'secret' });
const CA = base64(createServingCertificate().certificate);
const noProxies = { httpProxy: '', httpsProxy: '', noProxy: '' };

function inText(text: string) {
  return loadKubeConfig({ type: 'text', text });
}

describe('a kubeconfig', () => {
  it.each<[string, object]>([
    ['clusters', { clusters: [null, { name: 'x', cluster: null }, { cluster: {} }, { name: 'y' }] }],
    ['users', { users: [null, { name: 'x', user: null }, {}] }],
    ['contexts', { contexts: [null, { name: 'x', context: null }, { name: 'z', context: {} }] }],
  ])('reads a kubeconfig without the null and incomplete entries when %s has some', async (_, entries) => {
    const [field = '', further = []] = Object.entries(entries)[0] ?? [];
    const valid = JSON.parse(VALID);
    const config = await inText(JSON.stringify({ ...valid, [field]: [...further, ...valid[field]] }));
    expect([serverOf(config), config.getCurrentUser()?.token]).toEqual([SERVER, 'secret']);
  });

  it.each([
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with a byte order mark', (text: string) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little-endian', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big-endian', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
  ])('reads a kubeconfig when it is %s', async (_, encode) => {
    await using directory = await createScratchDirectory();
    const file = await directory.write('config', encode(kubeconfigText({ server: SERVER }, { token: 'zoë' })));
    const config = await loadKubeConfig({ type: 'files', files: [file] });
    expect([serverOf(config), config.getCurrentUser()?.token]).toEqual([SERVER, 'zoë']);
  });

  it('merges the kubeconfigs that exist when others are missing or empty', async () => {
    await using directory = await createScratchDirectory();
    const files = [
      path.join(directory.path, 'missing'),
      await directory.write('empty', ''),
      await directory.write('null', 'null'),
      await directory.write('comment', '# nothing\n'),
      await directory.write('config', VALID),
      path.join(directory.path, 'missing-too'),
    ];
    expect(serverOf(await loadKubeConfig({ type: 'files', files }))).toBe(SERVER);
  });

  it('returns entries of its own when the same kubeconfig is read again', async () => {
    const config = { 'access-token': 'first' };
    const text = kubeconfigText({ server: SERVER }, { 'auth-provider': { name: 'gcp', config } });
    const [read, readAgain] = [await inText(text), await inText(text)];
    Object.assign(read.getCurrentUser()?.authProvider?.config ?? {}, { 'access-token': 'renewed' });
    for (const each of [readAgain, await inText(text)])
      expect(each.getCurrentUser()?.authProvider?.config['access-token']).toBe('first');
  });

  it('keeps its CA, tls-server-name and proxy when the context has no user', async () => {
    const cluster = { server: SERVER, 'certificate-authority-data': CA, 'tls-server-name': 'other' };
    const text = JSON.stringify({ ...JSON.parse(kubeconfigText(cluster)), users: [] }).replace(',"user":"admin"', '');
    const { config } = await readCredentialFiles({ type: 'text', text }, noProxies);
    const options: https.RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    expect(options).toMatchObject({ ca: Buffer.from(CA, 'base64'), servername: 'other' });
  });

  it('impersonates no user when it has no as fields', async () => {
    expect(impersonationOf(await inText(kubeconfigText({ server: SERVER }, {})))).toBeUndefined();
  });

  it.each<[object, object]>([
    [{ as: 'zoë' }, { name: 'zoë', groups: [] }],
    [
      { as: 'a', 'as-groups': ['g', 'h'] },
      { name: 'a', groups: ['g', 'h'] },
    ],
    [
      { as: 'a', 'as-uid': 'u-1' },
      { name: 'a', uid: 'u-1' },
    ],
    [
      { as: 'a', 'as-user-extra': { scopes: ['x', 'y'] } },
      { name: 'a', extra: { scopes: ['x', 'y'] } },
    ],
    [
      { as: 'a', 'as-groups': null, 'as-uid': null, 'as-user-extra': null },
      { name: 'a', groups: [] },
    ],
  ])('impersonates by the fields %j', async (user, expected) => {
    const impersonated = impersonationOf(await inText(kubeconfigText({ server: SERVER }, user)));
    expect(impersonated).toMatchObject(expected);
  });

  it.each([{ 'as-groups': ['g'] }, { 'as-uid': 'u' }, { 'as-user-extra': { a: ['b'] } }])(
    'refuses a kubeconfig when it has %j without as',
    async (user) => {
      await expect(inText(kubeconfigText({ server: SERVER }, user))).rejects.toThrow('to have as, got none');
    },
  );

  it.each([
    ['127.0.0.1:6443', {}, 'http://127.0.0.1:6443'],
    ['cluster.test', { 'insecure-skip-tls-verify': true }, 'https://cluster.test'],
    ['https://cluster.test/base/', {}, 'https://cluster.test/base'],
  ])('returns the server %s of a kubeconfig with %j', async (server, tls, expected) => {
    expect(serverOf(await inText(kubeconfigText({ server, ...tls })))).toBe(expected);
  });

  it.each([
    ['ftp://me:zqsecretqz@cluster.test', 'ftp://***@cluster.test'],
    ['https://me:zq/secretqz@cluster.test', 'https://***@cluster.test'],
    ['me:zq%secretqz@cluster.test', '***@cluster.test'],
  ])('rejects the server %s without its user and password', async (server, shown) => {
    const message = `to be an HTTP or HTTPS URL, got "${shown}".`;
    await expect(inText(kubeconfigText({ server }))).rejects.toThrow(message);
  });

  it('prefers inline data to files when it has both', async () => {
    const cluster = { server: SERVER, 'certificate-authority-data': CA, 'certificate-authority': '/nonexistent' };
    const { config } = await readCredentialFiles({ type: 'text', text: kubeconfigText(cluster) }, noProxies);
    expect(config.getCurrentCluster()?.caData).toBe(CA);
  });
});
