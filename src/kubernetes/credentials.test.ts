import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { createApiConnection } from './api-connection.ts';
import type { ConnectionSource } from './kubeconfig.ts';
import { ask, base64, failureOf, kubeconfig, kubeconfigText, send } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import { createScratchDirectory, type ScratchDirectory } from '../../test/support/scratch-directory.ts';
import { createServiceAccountDirectory } from '../../test/support/service-account-directory.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { isUnreachable } from './status-error.ts';

const identity = createServingCertificate();
const authority = base64(identity.certificate);

describe('credentials', () => {
  it('sends a bearer token when the user has one', async () => {
    await using server = await startLoopbackServer();
    expect(await ask(kubeconfig({ server: server.url }, { token: 'secret' }))).toBe('{}');
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/version?x=1', authorization: 'Bearer secret' }]);
  });

  it('sends basic authentication when the user has a name and password', async () => {
    await using server = await startLoopbackServer();
    await ask(kubeconfig({ server: server.url }, { username: 'anna', password: 'p:w' }));
    expect(server.seen).toMatchObject([{ authorization: `Basic ${base64('anna:p:w')}` }]);
  });

  it('reads the token file for each request when the user has one', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const tokenFile = await directory.write('token', 'first\n');
    const connection = await createApiConnection(kubeconfig({ server: server.url }, { token: 'not this', tokenFile }));
    await send(connection);
    await directory.write('token', 'second\n');
    await send(connection);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('presents the client certificate when the server requests it', async () => {
    const client = createServingCertificate();
    await using server = await startLoopbackServer({ identity, clientAuthority: client.certificate });
    const user = { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) };
    await ask(kubeconfig({ server: server.url, 'certificate-authority-data': authority }, user));
    const { fingerprint256 } = new X509Certificate(client.certificate);
    expect(server.seen).toMatchObject([{ clientFingerprint: fingerprint256 }]);
  });

  it('runs the exec plugin once, and again when credentials are refreshed', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const source = await plugin(directory, server.url, '{"token":"first"}');
    const connection = await createApiConnection(source);
    await send(connection);
    await directory.write('status.json', '{"token":"second"}');
    await send(connection);
    connection.refreshCredentials();
    await send(connection);
    const tokens = server.seen.map(({ authorization }) => authorization);
    expect(tokens).toEqual(['Bearer first', 'Bearer first', 'Bearer second']);
  });

  it('runs the exec plugin again when its credentials have expired', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const first = '{"token":"first","expirationTimestamp":"{soon}"}';
    const connection = await createApiConnection(await plugin(directory, server.url, first));
    await send(connection);
    await directory.write('status.json', '{"token":"second"}');
    await waitFor(
      async () => {
        await send(connection);
        return server.seen.at(-1)?.authorization === 'Bearer second';
      },
      'the next credential is used',
      45_000, // a credential that is late, and so seems to have expired, is used for 30 s
    );
    expect(server.seen[0]?.authorization).toBe('Bearer first');
  }, 60_000);

  it.each(['GET', 'POST'])(
    'sends a %s once more with the next credential when the first is refused before its expiry',
    async (method) => {
      await using server = await startLoopbackServer({ answer: acceptingOnly('run-2') });
      await using directory = await createScratchDirectory();
      const connection = await createApiConnection(await plugin(directory, server.url, tokenUntil(HOUR_MS)));
      const body = method === 'POST' ? '{}' : undefined;
      const response = await connection.send({ method, path: '/', headers: {}, body, signal });
      expect(response.statusCode).toBe(200);
      response.resume();
      expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer run-1', 'Bearer run-2']);
    },
  );

  it('runs the exec plugin a few times when all its credentials are refused', async () => {
    await using server = await startLoopbackServer({ answer: acceptingOnly('none') });
    await using directory = await createScratchDirectory();
    const connection = await createApiConnection(await plugin(directory, server.url, tokenUntil(HOUR_MS)));
    for (let count = 0; count < 60; count += 1) {
      const response = await connection.send({ method: 'GET', path: '/', headers: {}, signal });
      expect(response.statusCode).toBe(401);
      response.resume();
    }
    expect(await runsIn(directory)).toBeLessThan(10);
  });

  it('uses a credential until it is refused when it has expired on arrival, because a clock is wrong', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const connection = await createApiConnection(await plugin(directory, server.url, tokenUntil(-HOUR_MS)));
    for (let count = 0; count < 60; count += 1) await send(connection);
    expect(await runsIn(directory)).toBeLessThan(10);
    expect(server.seen).toHaveLength(60);
  });

  it('reloads the kubeconfig when credentials are refreshed', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const file = await directory.write('config', kubeconfigText({ server: server.url }, { token: 'first' }));
    const connection = await createApiConnection({ type: 'files', files: [file] });
    await directory.write('config', kubeconfigText({ server: server.url }, { token: 'second' }));
    await send(connection);
    connection.refreshCredentials();
    await send(connection);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it.each(['', 'clusters: [', '{"users":[]}'])(
    'returns Unreachable and reads again when the kubeconfig is invalid: %j',
    async (bad) => {
      await using server = await startLoopbackServer();
      await using directory = await createScratchDirectory();
      const good = kubeconfigText({ server: server.url }, { token: 'second' });
      const file = await directory.write('config', good);
      const connection = await createApiConnection({ type: 'files', files: [file] });
      await directory.write('config', bad);
      connection.refreshCredentials();
      await expect(send(connection)).rejects.toThrow(
        `Cannot read the gateway's credentials for the API server at ${server.url}`,
      );
      await directory.write('config', good);
      expect(await send(connection)).toBe('{}');
    },
  );

  it('returns Unreachable with the reason when the exec plugin fails', async () => {
    await using directory = await createScratchDirectory();
    const command = await directory.writeScript('plugin', '#!/bin/sh\necho "please log in" >&2\nexit 1\n');
    const error = await failureOf(kubeconfig({ server: 'http://127.0.0.1:1' }, { exec: { ...execV1, command } }));
    expect(error).toSatisfy(isUnreachable);
    expect(error).toHaveProperty('message', expect.stringContaining('please log in'));
  });
});

describe('errors of credentials', () => {
  const CANARY = 'zqcanaryqz';

  it.each([
    `users: [{ user: { token: ${CANARY}`,
    `token: ${CANARY}\n\t- ${CANARY}: : [`,
    `"${CANARY}`,
    `${CANARY}\n---\nb`,
  ])('quotes nothing of the kubeconfig %j', async (text) => {
    const error = await failureOf({ type: 'text', text });
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { showHidden: true })).not.toContain(CANARY);
  });

  it.each([CANARY, `{"kind":"ExecCredential","status":{"token":"${CANARY}"`, `{"status":${CANARY}}`])(
    'quote nothing of the output of an exec plugin: %j',
    async (output) => {
      await using directory = await createScratchDirectory();
      const command = await directory.writeScript('plugin', `#!/bin/sh\ncat <<'EOF'\n${output}\nEOF\n`);
      const error = await failureOf(kubeconfig({ server: 'http://127.0.0.1:1' }, { exec: { ...execV1, command } }));
      expect(error).toSatisfy(isUnreachable);
      expect(inspect(error, { showHidden: true })).not.toContain(CANARY);
    },
  );
});

describe('a kubeconfig', () => {
  it('uses the first current context when there are several files', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const clusters = { clusters: [{ name: 'it', cluster: { server: server.url } }] };
    const users = { users: [{ name: 'me', user: { token: 'secret' } }] };
    const contexts = { contexts: [{ name: 'here', context: { cluster: 'it', user: 'me' } }] };
    const files = [
      await directory.write('clusters', JSON.stringify(clusters)),
      await directory.write('contexts', JSON.stringify({ ...contexts, 'current-context': 'here' })),
      await directory.write('users', JSON.stringify({ ...users, 'current-context': 'elsewhere' })),
    ];
    expect(await ask({ type: 'files', files })).toBe('{}');
    expect(server.seen).toMatchObject([{ authorization: 'Bearer secret' }]);
  });

  it('uses the first entry when several have the same name', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const files = [
      await directory.write('first', kubeconfigText({ server: server.url }, { token: 'first' })),
      await directory.write('empty', ''),
      await directory.write('second', kubeconfigText({ server: 'http://nowhere.invalid' }, { token: 'second' })),
    ];
    await ask({ type: 'files', files });
    expect(server.seen).toMatchObject([{ authorization: 'Bearer first' }]);
  });

  it('resolves file names relative to the kubeconfig when they are relative', async () => {
    const client = createServingCertificate();
    await using server = await startLoopbackServer({ identity, clientAuthority: client.certificate });
    await using directory = await createScratchDirectory();
    await directory.write('ca.crt', identity.certificate);
    await directory.write('me.crt', client.certificate);
    await directory.write('me.key', client.key);
    await directory.write('token', 'secret');
    const user = { 'client-certificate': 'me.crt', 'client-key': './me.key', tokenFile: 'token' };
    const config = kubeconfigText({ server: server.url, 'certificate-authority': 'ca.crt' }, user);
    await ask({ type: 'files', files: [await directory.write('config', config)] });
    expect(server.seen).toMatchObject([{ authorization: 'Bearer secret', clientFingerprint: expect.any(String) }]);
  });

  it('resolves the plugin relative to the kubeconfig and sets KUBERNETES_EXEC_INFO when it runs it', async () => {
    await using server = await startLoopbackServer();
    await using directory = await createScratchDirectory();
    const answer = '{"status":{"token":"%s"}}';
    const execInfo = `$(echo "$KUBERNETES_EXEC_INFO$MORE" | tr -d '\\042')`;
    await directory.writeScript('plugin', `#!/bin/sh\nprintf '${answer}' "${execInfo}"\n`);
    const exec = { ...execV1, command: './plugin', env: [{ name: 'MORE', value: '!' }] };
    const file = await directory.write('config', kubeconfigText({ server: server.url }, { exec }));
    await ask({ type: 'files', files: [file] });
    const spoken = '{kind:ExecCredential,apiVersion:client.authentication.k8s.io/v1,spec:{interactive:false}}!';
    expect(server.seen).toMatchObject([{ authorization: `Bearer ${spoken}` }]);
  });

  it.each([
    ['names no cluster', '{}'],
    ['names no cluster', JSON.stringify({ 'current-context': 'gone' })],
    [
      'names a user, "admin", that is not in it',
      kubeconfigText({ server: 'http://127.0.0.1' }).replace('"users"', '"x"'),
    ],
  ])('refuses a kubeconfig that %s', async (message, broken) => {
    await expect(createApiConnection({ type: 'text', text: broken })).rejects.toThrow(message);
  });

  it('returns the name of the user entry when a connection is created', async () => {
    const connection = await createApiConnection(kubeconfig({ server: 'https://127.0.0.1:6443' }));
    expect([connection.userName, connection.server]).toEqual(['admin', 'https://127.0.0.1:6443']);
  });
});

describe('inside a cluster', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('reads the service account token for each request when the gateway runs in a pod', async ({ skip }) => {
    await using account = await createServiceAccountDirectory(skip);
    await using server = await startLoopbackServer({ identity });
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '127.0.0.1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', String(server.port));
    await account.write('ca.crt', identity.certificate);
    await account.write('token', 'first\n');
    const connection = await createApiConnection({ type: 'in-cluster' });
    await send(connection);
    await account.write('token', 'second\n');
    await send(connection);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer second']);
  });
});

const execV1 = { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never' };

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

/** Returns the status of an ExecCredential. Its token has the number of the run of the plugin in place of `{}`. */
function tokenUntil(lifeMs: number): string {
  return JSON.stringify({ token: 'run-{}', expirationTimestamp: new Date(Date.now() + lifeMs).toISOString() });
}

function acceptingOnly(token: string) {
  return (response: ServerResponse, { headers }: IncomingMessage) =>
    void response.writeHead(headers.authorization === `Bearer ${token}` ? 200 : 401).end('{}');
}

/** Returns the number of runs of the plugin, each of which writes a line. */
async function runsIn(directory: ScratchDirectory): Promise<number> {
  return (await readFile(path.join(directory.path, 'runs'), 'utf8')).length;
}

/** Returns a kubeconfig whose exec plugin prints the status in `status.json`, with the time in five seconds in place of `{soon}`. */
async function plugin(directory: ScratchDirectory, server: string, status: string): Promise<ConnectionSource> {
  const file = await directory.write('status.json', status);
  const command = await directory.writeScript(
    'plugin',
    `#!/bin/sh\ncd ${directory.path} && echo >> runs\nprintf '{"status":%s}' "$(sed "s/{}/$(wc -l < runs)/; s/{soon}/$(date -u -d '+5 seconds' +%FT%TZ)/" ${file})"\n`,
  );
  return kubeconfig({ server }, { exec: { ...execV1, command } });
}
