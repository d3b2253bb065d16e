import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { base64, kubeconfig, kubeconfigText, send } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { createScratchDirectory, type ScratchDirectory } from '../../test/support/scratch-directory.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createApiConnection } from './api-connection.ts';
import { isUnreachable } from './status-error.ts';

const environment = { PATH: process.env['PATH'] };
const TOKEN = '{"status":{"token":"secret"}}';

/** Writes a plugin that records each run, executes the script, and prints a credential. Returns the user entry. */
async function plugin(directory: ScratchDirectory, script: string, output = TOKEN): Promise<object> {
  await directory.write('output', output);
  const text = `#!/bin/sh\ncd ${directory.path}\necho $$ >> runs\n${script}\ncat output\n`;
  return { exec: { command: await directory.writeScript('plugin', text) } };
}

/** Returns the process ids of the runs. */
async function runsIn(directory: ScratchDirectory): Promise<readonly number[]> {
  const text = await readFile(path.join(directory.path, 'runs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function exists(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}

describe('an exec plugin', () => {
  it('runs once when many requests need it at the same time', async () => {
    await using directory = await createScratchDirectory();
    await using server = await startLoopbackServer();
    const user = await plugin(directory, 'while [ ! -f go ]; do sleep 0.05; done');
    const connection = await createApiConnection(kubeconfig({ server: server.url }, user), { environment });
    const answers = Promise.all(Array.from({ length: 50 }, () => send(connection)));
    await waitFor(async () => (await runsIn(directory)).length > 0, 'the plugin runs');
    await directory.write('go', '');
    await answers;
    expect([(await runsIn(directory)).length, server.seen.length]).toEqual([1, 50]);
    expect(new Set(server.seen.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer secret']));
  });

  it('ends with its children after the time limit', async () => {
    await using directory = await createScratchDirectory();
    const user = await plugin(directory, 'echo "waiting for a browser" >&2\nsleep 600');
    const options = { environment, execPluginTimeoutMs: 3_000 };
    const connection = await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' }, user), options);
    const error = await send(connection).catch((failure: unknown) => failure);
    expect(error).toSatisfy(isUnreachable);
    expect(error).toHaveProperty('message', expect.stringMatching(/did not end within 3 s: waiting for a browser$/u));
    const [pid = 0] = await runsIn(directory);
    await waitFor(() => !exists(pid), 'its process group has ended');
    expect(pid).toBeGreaterThan(0);
  });

  it('ends with its children when the connection ends', async () => {
    await using directory = await createScratchDirectory();
    const user = await plugin(directory, 'sleep 600');
    const ended = new AbortController();
    const options = { environment, signal: ended.signal };
    const connection = await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' }, user), options);
    const failed = send(connection).catch((failure: unknown) => failure);
    await waitFor(async () => (await runsIn(directory)).length > 0, 'the plugin runs');
    ended.abort();
    expect(await failed).toBeInstanceOf(Error);
    const [pid = 0] = await runsIn(directory);
    await waitFor(() => !exists(pid), 'its process group has ended');
    expect(pid).toBeGreaterThan(0);
  });

  it('runs an exec plugin not again for each request when it has just failed', async () => {
    await using directory = await createScratchDirectory();
    const user = await plugin(directory, 'exit 1');
    const connection = await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' }, user), { environment });
    for (let count = 0; count < 10; count += 1)
      await expect(send(connection)).rejects.toThrow('failed with exit code 1');
    expect((await runsIn(directory)).length).toBeLessThan(10);
  });

  it('renews its credential before the expiry without blocking requests', async () => {
    await using directory = await createScratchDirectory();
    await using server = await startLoopbackServer();
    const user = await plugin(directory, '[ "$(wc -l < runs)" = 1 ] || sleep 600', expiringIn(20_000));
    const connection = await createApiConnection(kubeconfig({ server: server.url }, user), { environment });
    await waitFor(
      async () => {
        await send(connection);
        return (await runsIn(directory)).length === 2;
      },
      'the plugin runs again',
      30_000,
    );
    const { length } = server.seen;
    await send(connection);
    expect(server.seen.slice(length)).toMatchObject([{ authorization: 'Bearer short-lived' }]);
    connection.refreshCredentials();
    for (const pid of await runsIn(directory)) if (exists(pid)) process.kill(-pid, 'SIGKILL');
  }, 40_000);

  it('presents its client certificate, and the next one after a refresh', async () => {
    const [identity, first, second] = [1, 2, 3].map(() => createServingCertificate());
    if (!identity || !first || !second) throw new TypeError('Expected three certificates.');
    await using directory = await createScratchDirectory();
    await using before = await startLoopbackServer({ identity, clientAuthority: first.certificate });
    await using after = await startLoopbackServer({ identity, clientAuthority: second.certificate });
    const text = (server: string) => kubeconfigText({ server, 'certificate-authority-data': authority }, user);
    const authority = base64(identity.certificate);
    const user = await plugin(directory, '', certificateOf(first));
    const file = await directory.write('config', text(before.url));
    const connection = await createApiConnection({ type: 'files', files: [file] }, { environment });
    await send(connection);
    await directory.write('output', certificateOf(second));
    await directory.write('config', text(after.url));
    connection.refreshCredentials();
    await send(connection);
    const fingerprints = [first, second].map(({ certificate }) => new X509Certificate(certificate).fingerprint256);
    expect([before, after].map(({ seen }) => seen[0]?.clientFingerprint)).toEqual(fingerprints);
  });

  it('gets the cluster when provideClusterInfo is set, its own variables and those of the gateway', async () => {
    await using directory = await createScratchDirectory();
    const output = 'echo "$KUBERNETES_EXEC_INFO $OWN $GIVEN" >&2; exit 1';
    const { exec } = Object(await plugin(directory, output));
    const complete = { ...exec, provideClusterInfo: true, env: [{ name: 'OWN', value: 'own' }] };
    const cluster = { server: 'https://127.0.0.1:1', 'tls-server-name': 'other' };
    const options = { environment: { ...environment, GIVEN: 'given', OWN: 'not this' } };
    const connection = await createApiConnection(kubeconfig(cluster, { exec: complete }), options);
    await expect(send(connection)).rejects.toThrow(
      '"spec":{"cluster":{"server":"https://127.0.0.1:1","tls-server-name":"other"},"interactive":false}} own given',
    );
  });

  it.each([
    ['no status', '{"kind":"ExecCredential"}', 'an object with 1 field'],
    ['an empty status', '{"status":{}}', 'an object with 1 field'],
    ['a certificate without a key', '{"status":{"clientCertificateData":"x"}}', 'an object with 1 field'],
    ['no JSON', 'zqcanaryqz', 'a string of 10 characters'],
    ['nothing', '', 'a string of 0 characters'],
  ])('fails with its standard error when it prints %s', async (_, output, got) => {
    await using directory = await createScratchDirectory();
    const user = await plugin(directory, 'echo "session\nexpired" >&2', output);
    const connection = await createApiConnection(kubeconfig({ server: 'http://127.0.0.1:1' }, user), { environment });
    const { message } = (await send(connection).catch((failure: unknown) => failure)) as Error;
    expect(message).toContain(`got ${got}: session expired`);
    expect(message).not.toContain('zqcanaryqz');
  });
});

function expiringIn(ms: number): string {
  const expirationTimestamp = new Date(Date.now() + ms).toISOString();
  return JSON.stringify({ status: { token: 'short-lived', expirationTimestamp } });
}

function certificateOf({ certificate, key }: ReturnType<typeof createServingCertificate>): string {
  return JSON.stringify({ status: { clientCertificateData: certificate, clientKeyData: key } });
}
