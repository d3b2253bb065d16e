import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { gatewayRoles } from '../../dev/demo/users.ts';
import type { Undo } from '../../dev/simulator/faults.ts';
import { closedAs, headerAuthentication } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import {
  startGatewayFor,
  startTestGateway,
  type GatewayOptions,
  type SimulatedGateway,
} from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/operations.md');
const QUERY = '{ workspaces { totalCount } }';
const PAUSE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { name } } }';
const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' }), ...gatewayRoles('token')];
const erin = { name: 'erin', token: 'token-of-erin', groups: [] };
const [byToken, byHeader] = [{ authentication: { mode: 'token' } }, { authentication: headerAuthentication }] as const;
const [bearer, other] = [`Bearer ${erin.token}`, 'Bearer other'];

type Headers = Readonly<Record<string, string>>;

/** Sends an operation. Returns the text of the answer. */
async function ask({ url }: { readonly url: string }, query: string, headers: Headers = {}): Promise<string> {
  return (await postOperation(url, query, { headers })).text();
}

async function readiness({ url }: { readonly url: string }): Promise<string> {
  return (await fetch(new URL('/readyz', url))).text();
}

/** Refuses the gateway's requests to a resource. */
function forbid({ cluster }: SimulatedGateway, resource: string): Undo {
  return cluster.faults.refuse({
    status: 403,
    reason: 'Forbidden',
    when: (request) => request.url.includes(resource),
  });
}

interface Symptom {
  /** Part of the message, as quoted in docs/operations.md. */
  readonly quote: string;
  readonly options?: GatewayOptions;
  /** Returns the text in which the quote has to be. */
  readonly provoke: (gateway: SimulatedGateway) => Promise<string>;
}

const symptoms: readonly Symptom[] = [
  {
    quote: '"waitingFor":["workspaces"]',
    async provoke(gateway) {
      using _ = forbid(gateway, '/workspaces');
      await using second = await startGatewayFor(gateway.cluster.kubeconfig, { when: 'at once' });
      const waitingFor = async () => (JSON.parse(await readiness(second)) as { waitingFor: unknown[] }).waitingFor;
      await waitFor(
        async () => (await waitingFor()).length === 1,
        'the other kinds are listed and the examples compiled',
      );
      return await readiness(second);
    },
  },
  {
    quote: '"waitingFor":["requests to the API server"]',
    async provoke(gateway) {
      await gateway.cluster.faults.stop();
      await waitFor(async () => (await readiness(gateway)).includes('not ready'), 'it is not ready');
      return readiness(gateway);
    },
  },
  {
    quote: 'Cannot reach the API server at',
    async provoke(gateway) {
      await gateway.cluster.faults.stop();
      return ask(gateway, PAUSE);
    },
  },
  {
    quote: 'The request took longer than REQUEST_TIMEOUT_SECONDS',
    options: { requestTimeoutSeconds: 1 },
    async provoke(gateway) {
      using _ = gateway.cluster.faults.delay(600_000, ({ verb }) => verb === 'patch');
      return await ask(gateway, PAUSE);
    },
  },
  {
    quote: 'This cluster does not serve workspaces.v1beta1.kubeflow.org',
    async provoke(gateway) {
      gateway.cluster.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'workspaces.kubeflow.org');
      await waitFor(async () => (await ask(gateway, QUERY)).includes('errors'), 'it is noticed');
      return ask(gateway, QUERY);
    },
  },
  {
    quote: 'may list workspaces.kubeflow.org in no namespace',
    options: byToken,
    provoke: (gateway) => ask(gateway, '{ viewer { accessHint } }', { authorization: bearer }),
  },
  {
    quote: 'You may not update workspaces.kubeflow.org',
    options: byToken,
    provoke: (gateway) => ask(gateway, PAUSE, { authorization: bearer }),
  },
  {
    quote: 'exceeded quota',
    async provoke(gateway) {
      const message =
        'workspaces.kubeflow.org "nb-1" is forbidden: exceeded quota: small, requested: count/workspaces.kubeflow.org=1';
      using _ = gateway.cluster.faults.refuse({
        status: 403,
        reason: 'Forbidden',
        message,
        when: ({ url }) => url.includes('/workspaces/nb-1'),
      });
      return await ask(gateway, PAUSE);
    },
  },
  {
    quote: 'The API server did not decide whether you may',
    options: byHeader,
    async provoke(gateway) {
      using _ = forbid(gateway, 'subjectaccessreviews');
      return await ask(gateway, QUERY, { 'kubeflow-userid': 'erin' });
    },
  },
  {
    quote: 'The gateway cannot validate credentials at the moment',
    options: byToken,
    async provoke(gateway) {
      using _ = forbid(gateway, 'tokenreviews');
      return await ask(gateway, QUERY, { authorization: bearer });
    },
  },
  {
    quote: 'The cluster does not accept this bearer token',
    options: byToken,
    provoke: (gateway) => ask(gateway, QUERY, { authorization: other }),
  },
  {
    quote: 'failed authentications per minute from one address',
    options: { ...byToken, maxFailedAuthenticationsPerMinute: 1 },
    async provoke(gateway) {
      await ask(gateway, QUERY, { authorization: 'Bearer first' });
      return ask(gateway, QUERY, { authorization: other });
    },
  },
  {
    quote: 'Expected the header kubeflow-userid with your user name',
    options: byHeader,
    provoke: (gateway) => ask(gateway, QUERY),
  },
  {
    quote: 'Identity headers are accepted from TRUSTED_PROXY_CIDRS only',
    options: { authentication: { ...headerAuthentication, trustedProxyCidrs: ['10.0.0.0/8'] } },
    provoke: (gateway) => ask(gateway, QUERY, { 'kubeflow-userid': 'erin' }),
  },
  {
    quote: "Expected the gateway's own origin",
    provoke: (gateway) => ask(gateway, QUERY, { origin: 'https://other.example.com' }),
  },
  {
    quote: '(MAX_HEADER_BYTES)',
    options: { maxHeaderBytes: 2_000 },
    provoke: (gateway) => ask(gateway, QUERY, { cookie: 'x'.repeat(3_000) }),
  },
  {
    quote: '4401',
    options: byToken,
    provoke: (gateway) => closedAs(gateway, { token: 'other' }),
  },
  {
    quote: 'Nothing is served at',
    provoke: async ({ url }) => (await fetch(new URL('/api', url))).text(),
  },
];

it.each(symptoms)(
  'answers “$quote” in the situation that docs/operations.md explains',
  async ({ quote, options, provoke }) => {
    await using gateway = await startTestGateway({ objects, users: [erin], ...options });
    expect(await provoke(gateway)).toContain(quote);
  },
);

it('explains each of these symptoms, and no other, in docs/operations.md', () => {
  const [, section = ''] = readFileSync(PAGE, 'utf8').split('\n## Troubleshooting\n');
  const [table = ''] = section.split('\n## ');
  const quotes = Array.from(table.matchAll(/^\| `([^`]+)`/gmu), ([, quote]) => quote);
  expect(quotes).toEqual(symptoms.map(({ quote }) => quote));
});
