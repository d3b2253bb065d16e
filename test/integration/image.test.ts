import { execFile, execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startTestGateway } from '../support/test-gateway.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

it('serves the API, the dashboard and GraphiQL with only the files of the image', async () => {
  await using directory = await createScratchDirectory();
  const replay = ['scripts/replay-dockerfile.mjs', '--into', directory.path, '--packages', 'node_modules'];
  execFileSync(process.execPath, replay, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const image = path.join(directory.path, 'gateway');
  expect(globSync('**/node_modules', { cwd: image })).toEqual([]);
  const bundled = globSync('app/dist/*', { cwd: image }).map((file) => path.basename(file));
  // The bundle is in several files: parts that are loaded only when they are used.
  expect(bundled).toEqual(expect.arrayContaining(['licenses.txt', 'sbom.cdx.json', 'server.js']));
  const bill: unknown = JSON.parse(readFileSync(path.join(image, 'app/dist/sbom.cdx.json'), 'utf8'));
  expect(bill).toMatchObject({ metadata: { component: { name: 'workspaces-graphql-gateway' } } });
  const again = path.join(directory.path, 'again');
  execFileSync(process.execPath, ['scripts/bill-of-materials.mjs', again], { cwd: ROOT, stdio: 'ignore' });
  for (const file of ['licenses.txt', 'sbom.cdx.json'])
    expect(readFileSync(path.join(again, file)).equals(readFileSync(path.join(image, 'app/dist', file)))).toBe(true);
  await using cluster = await startTestGateway();
  const program = path.join(image, 'app/dist/server.js');
  await using gateway = await startGatewayProcess(cluster.cluster.kubeconfig, {}, { program });
  const get = (target: string, accept: string) =>
    fetch(`http://127.0.0.1:${gateway.port}${target}`, { headers: { accept } });
  const answers = await Promise.all([
    get('/', 'text/html'),
    get('/graphql', 'text/html'),
    get('/graphql?query={gateway{version}}', 'application/json'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await answers[1]?.text()).toContain('FollowWorkspaces');
  expect(await gateway.stop()).toBe(0);
}, 120_000);

/** Returns the arguments of Node in the HEALTHCHECK of the image. */
function healthCheck(): readonly string[] {
  const [, command = ''] =
    /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/mu.exec(readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
  const [, ...args] = JSON.parse(command) as string[];
  return args;
}

it.each(['127.0.0.1', '127.0.0.2', '::1', '0.0.0.0', '::'])(
  'is healthy while the gateway serves when it listens on %s',
  async (host) => {
    await using parts = new AsyncDisposableStack();
    const gateway = parts.use(await startTestGateway({ host }));
    const { port } = new URL(gateway.url);
    const env = { ...(host !== '127.0.0.1' && { LISTEN_HOST: host }), PORT: port };
    const check = () => promisify(execFile)(process.execPath, healthCheck(), { env });
    await expect(check()).resolves.toMatchObject({ stderr: '' });
    await parts.disposeAsync();
    await expect(check()).rejects.toMatchObject({ code: 1 });
  },
);
