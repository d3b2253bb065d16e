import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../dev/simulator/api-object.ts';
import { namespace, workspaceKind } from '../support/manifests.ts';
import { startGatewayFor, startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const SHA256 = createHash('sha256').update(SVG).digest('hex');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

function pictures(name: string, labels: Readonly<Record<string, string>>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'pictures', labels },
    data: { 'icon.svg': SVG },
    binaryData: { 'logo.png': PNG.toString('base64') },
  };
}

function imageRef(name: string, key: string, more: object = {}): object {
  return { configMap: { name, namespace: 'pictures', key, mediaType: 'image/svg+xml', ...more } };
}

function workspaceKindWith(name: string, icon: object, logo: object): Manifest {
  return { ...workspaceKind(name, {}, { icon, logo }), status: { spawnerIcon: { sha256: SHA256 } } };
}

const objects = [
  namespace('pictures'),
  pictures('public', { 'notebooks.kubeflow.org/image-source': 'true' }),
  pictures('private', {}),
  workspaceKindWith('k', imageRef('public', 'icon.svg'), imageRef('public', 'logo.png')),
  workspaceKindWith('missing', imageRef('nowhere', 'icon.svg'), imageRef('public', 'none.svg')),
  workspaceKindWith('climbing', imageRef('..', 'icon.svg'), imageRef('public', 'logo.png', { namespace: '..' })),
  workspaceKindWith('other', imageRef('private', 'icon.svg'), { url: 'https://example.com/logo.svg' }),
];

describe('/assets/', () => {
  let gateway: SimulatedGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ objects });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  function get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(new URL(path, gateway.url), init);
  }

  it('serves the icon of a WorkspaceKind sandboxed, and as immutable when the URL has its hash', async () => {
    const { data } = await gateway.query('{ workspaceKind(name: "k") { icon { url error } } }');
    expect(data).toEqual({
      workspaceKind: { icon: { url: `/assets/workspacekinds/k/icon?sha256=${SHA256}`, error: null } },
    });
    const response = await get(`/assets/workspacekinds/k/icon?sha256=${SHA256}`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(SVG);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/svg+xml',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=31536000, immutable',
      etag: `"${SHA256}"`,
    });
  });

  it('requires revalidation when the URL has no or another hash, and sends 304 for a matching tag', async () => {
    for (const query of ['', '?sha256=another']) {
      const first = await get(`/assets/workspacekinds/k/icon${query}`);
      expect(first.headers.get('cache-control')).toBe('private, no-cache');
      const headers = { 'if-none-match': `"x", W/${first.headers.get('etag')}` };
      const second = await get(`/assets/workspacekinds/k/icon${query}`, { headers });
      expect([second.status, await second.text()]).toEqual([304, '']);
    }
  });

  it('sends no body when the method is HEAD', async () => {
    const response = await get('/assets/workspacekinds/k/icon', { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(SVG.length)]);
    expect(await response.text()).toBe('');
  });

  it('serves binaryData unchanged', async () => {
    const response = await get('/assets/workspacekinds/k/logo');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
  });

  it.each(['..', '%2e%2e', '.', '', 'a%2Fb', '%00', '%zz', '%25'])(
    'sends 422 for the WorkspaceKind name %s, which cannot be a path segment',
    async (segment) => {
      const before = gateway.cluster.requests.length;
      // `fetch` would normalize the path.
      const asking = request(gateway.url, { path: `/assets/workspacekinds/${segment}/icon` }).end();
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      expect([response.statusCode, await text(response)]).toEqual([422, expect.stringContaining('name must ')]);
      expect(gateway.cluster.requests.slice(before)).toEqual([]);
    },
  );

  it('reads a ConfigMap once when many viewers request a picture', async () => {
    await using alone = await startTestGateway({ objects });
    const responses = await Promise.all(
      Array.from({ length: 20 }, async () => fetch(new URL('/assets/workspacekinds/k/logo', alone.url))),
    );
    const contents = await Promise.all(responses.map(async (response) => Buffer.from(await response.arrayBuffer())));
    expect(contents).toEqual(responses.map(() => PNG));
    expect(alone.cluster.requests.filter(({ resource }) => resource === 'configmaps').length).toBeLessThan(5);
  });

  it.each([
    ['a ConfigMap that does not exist', 'missing/icon'],
    ['a key that the ConfigMap does not have', 'missing/logo'],
    ['a ConfigMap whose name cannot be in a path', 'climbing/icon'],
    ['a ConfigMap whose namespace cannot be in a path', 'climbing/logo'],
    ['a ConfigMap without the label of image sources', 'other/icon'],
    ['an image with an external URL', 'other/logo'],
    ['a WorkspaceKind that does not exist', 'none/icon'],
    ['an unknown image of a WorkspaceKind', 'k/banner'],
    ['an empty path', ''],
  ])('sends 404 for %s', async (_, path) => {
    const response = await get(`/assets/workspacekinds/${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('sends 405 when the method is neither GET nor HEAD', async () => {
    expect((await get('/assets/workspacekinds/k/icon', { method: 'DELETE' })).status).toBe(405);
  });

  it('sends 403 when the viewer may not read the WorkspaceKind', async () => {
    gateway.cluster.addUser({ token: 'token-without-permissions', name: 'without-permissions' });
    await using other = await startGatewayFor(gateway.cluster.kubeconfigFor('token-without-permissions'), {
      when: 'at once',
    });
    const response = await fetch(new URL('/assets/workspacekinds/k/icon', other.url));
    expect(response.status).toBe(403);
  });

  it('sends 503, not 404, while the API server is unreachable', async () => {
    await using alone = await startTestGateway({ objects });
    await alone.cluster.faults.stop();
    const response = await fetch(new URL('/assets/workspacekinds/k/icon', alone.url));
    expect(response.status).toBe(503);
  });
});
