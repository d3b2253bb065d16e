import { expect, it } from 'vitest';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { kubeconfigText } from '../support/kubeconfig.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const identity = createServingCertificate();
const PAUSE =
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }';
const paused = { data: { pauseWorkspace: { workspace: { name: 'nb-1' } } } };

/** A gateway whose kubeconfig has a token that is valid for an hour by its claims, and that the API server refuses. */
async function startSituation() {
  await using started = new AsyncDisposableStack();
  const cluster = started.use(await startSimulator({ objects }));
  const issued: string[] = [];
  let issuerUrl = '';
  const issue = () => {
    const token = idToken(issuerUrl, issued.length);
    issued.push(token);
    cluster.addUser({ token, name: 'admin', groups: ['system:masters'] });
    const refreshToken = `refresh-${issued.length}`; // each one is valid once
    return {
      access_token: 'access',
      token_type: 'Bearer',
      id_token: token,
      refresh_token: refreshToken,
      expires_in: 3_600,
    };
  };
  const issuer = started.use(
    await startLoopbackServer({
      identity,
      host: 'localhost',
      answer: (response, { url }) => {
        response.setHeader('content-type', 'application/json');
        const discovery = { issuer: issuerUrl, token_endpoint: `${issuerUrl}/token` };
        response.end(JSON.stringify(url === '/token' ? issue() : discovery));
      },
    }),
  );
  issuerUrl = issuer.url;
  const config = {
    'client-id': 'gateway',
    'id-token': idToken(issuerUrl, -1),
    'refresh-token': 'refresh-0',
    'idp-issuer-url': issuerUrl,
  };
  const directory = started.use(await createScratchDirectory());
  const settings = {
    AUTH_MODE: 'kubeconfig',
    NODE_EXTRA_CA_CERTS: await directory.write('ca.crt', identity.certificate),
  };
  const kubeconfig = kubeconfigText({ server: cluster.url }, { 'auth-provider': { name: 'oidc', config } });
  const gateway = started.use(await startGatewayProcess(kubeconfig, settings));
  const user = started.use(connectUser(new URL('/graphql', `http://127.0.0.1:${gateway.port}`).href, { headers: {} }));
  const running = started.move();
  return {
    pause: () => user.ask(PAUSE),
    /** Makes the API server refuse the last token, before it expires by the clock of the gateway. */
    expire: () => {
      cluster.addUser({ token: issued.at(-1) ?? '', name: 'admin', groups: ['system:masters'], expiresAt: new Date() });
    },
    refreshTokens: () =>
      issuer.seen
        .filter(({ url }) => url === '/token')
        .map(({ body }) => new URLSearchParams(body).get('refresh_token')),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function idToken(iss: string, serial: number): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss, sub: 'gateway', aud: 'gateway', iat: now, exp: now + 3_600, jti: String(serial) };
  const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...parts, Buffer.from('signature').toString('base64url')].join('.');
}

it('renews the token of an OIDC provider, with the last refresh token, when the API server refuses one that seems valid by the clock', async () => {
  await using situation = await startSituation();
  expect(await situation.pause()).toMatchObject(paused);
  expect(situation.refreshTokens()).toEqual(['refresh-0']);
  situation.expire();
  // The gateway renews a token at most once in a second, and may have renewed the first one just before.
  await waitFor(async () => (await situation.pause()).errors === undefined, 'the token is renewed');
  expect(await situation.pause()).toMatchObject(paused);
  expect(situation.refreshTokens()).toEqual(['refresh-0', 'refresh-1']);
});
