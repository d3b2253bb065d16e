import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { namespace, workspace } from '../support/manifests.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const OPERATIONS = path.resolve(import.meta.dirname, '../../schema/operations');
const texts = globSync('*.graphql', { cwd: OPERATIONS }).map((file) =>
  readFileSync(path.join(OPERATIONS, file), 'utf8'),
);
/** The operation about the gateway itself, whose fields are asynchronous, and the query of logs, which must not read them twice. */
const UNCOMPILED = 2;
const ALWAYS = [
  'namespaces',
  'workspacekinds',
  'workspaces',
  'roles',
  'clusterroles',
  'rolebindings',
  'clusterrolebindings',
];

it('reads the version, its identity and each always-watched kind once when it starts', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1')] });
  const { requests } = gateway.cluster;
  const others = requests.filter(({ verb }) => verb !== 'watch').map(({ url }) => url.split('?')[0]);
  expect(new Set(others)).toEqual(new Set(['/apis/authentication.k8s.io/v1/selfsubjectreviews', '/version']));
  expect(others).toHaveLength(2);
  const watched = requests.filter(({ verb }) => verb === 'watch').map(({ resource }) => resource);
  expect(watched.toSorted()).toEqual(ALWAYS.toSorted());
});

it('validates all example operations, and compiles those that read, before it is ready', async () => {
  const { log, lines } = recordingLog();
  await using _gateway = await startTestGateway({ objects: [], log });
  const reading = texts.filter((text) => /^(?:query|subscription) /mu.test(text));
  expect(lines('example operations prepared')).toMatchObject([
    { valid: texts.length, compiled: reading.length - UNCOMPILED },
  ]);
});

it.each([
  ['the gateway may not read it', { status: 403, reason: 'Forbidden' }],
  ['the server of its API is away', { status: 503, reason: 'ServiceUnavailable' }],
])('stays ready when the only requests are for one optional kind: %s', { timeout: 60_000 }, async (_, refusal) => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1')] });
  const { faults } = gateway.cluster;
  let refused = 0;
  const when = ({ url }: { readonly url: string }) => {
    const isRefused = url.includes('/clusterroles?');
    if (isRefused) refused += 1;
    return isRefused;
  };
  faults.refuse({ ...refusal, when });
  faults.dropWatches();
  const statuses = new Set<number>();
  const isRetried = async () => {
    const { status } = await fetch(new URL('/readyz', gateway.url));
    statuses.add(status);
    return refused >= 6;
  };
  await waitFor(isRetried, 'the kind is asked for again and again', 50_000);
  expect([...statuses]).toEqual([200]);
});
