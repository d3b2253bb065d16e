import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { startTestGateway, type TestGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';
import { customResourceDefinitions } from '../../support/live/environment.ts';

/** Regressions that the convergence test has found. */

interface ReceivedEvent {
  readonly type: string;
  readonly cursor: string;
  readonly object: { readonly name: string; readonly state: string; readonly kind: unknown } | null;
}

const nb = (name: string, state: string, kind = 'blue') => workspace(name, { state, kind });
const kind = (name: string, displayName: string) => workspaceKind(name, {}, { displayName });
const objects = [namespace('team-a'), kind('blue', 'Blue'), nb('nb-1', 'Running'), nb('nb-2', 'Running')];

/** Subscribes from a cursor and returns the events up to and including the first for which `isLast` holds, SYNCED by default. */
async function receive(
  gateway: TestGateway,
  { fields = 'name state', after }: { readonly fields?: string; readonly after?: string | undefined },
  isLast: (event: ReceivedEvent, events: readonly ReceivedEvent[]) => boolean = ({ type }) => type === 'SYNCED',
): Promise<readonly ReceivedEvent[]> {
  const query = `subscription ($after: String) { workspaces(after: $after) { type cursor object { ${fields} } } }`;
  const events: ReceivedEvent[] = [];
  for await (const { data } of gateway.subscribe<{ workspaces: ReceivedEvent }>(query, { after })) {
    if (data) events.push(data.workspaces);
    if (data && isLast(data.workspaces, events)) break;
  }
  return events;
}

async function cursorOf(gateway: TestGateway, fields?: string): Promise<string | undefined> {
  return (await receive(gateway, fields === undefined ? {} : { fields })).at(-1)?.cursor;
}

function summaryOf(events: readonly ReceivedEvent[]): unknown {
  return events.map(({ type, object }) => (object ? [type, object.name, object.state ?? object.kind] : type));
}

it('sends a change that was undone meanwhile when the client left in the middle of a batch', async () => {
  await using gateway = await startTestGateway({ objects });
  const synced = Promise.withResolvers<void>();
  const leaving = receive(gateway, {}, ({ type }) => {
    if (type === 'SYNCED') synced.resolve();
    return type === 'MODIFIED';
  });
  await synced.promise;
  for (const name of ['nb-1', 'nb-2']) gateway.cluster.apply(nb(name, 'Error'));
  const after = (await leaving).at(-1)?.cursor;
  gateway.cluster.apply(nb('nb-1', 'Running'));
  await gateway.caughtUp();
  expect(summaryOf(await receive(gateway, { after }))).toEqual([
    ['MODIFIED', 'nb-1', 'RUNNING'],
    ['MODIFIED', 'nb-2', 'ERROR'],
    'SYNCED',
  ]);
});

it('sends MODIFIED when a related object was deleted and another one is referenced', async () => {
  await using gateway = await startTestGateway({ objects });
  const fields = 'name kind { displayName }';
  const after = await cursorOf(gateway, fields);
  gateway.cluster.delete('kubeflow.org/v1beta1', 'WorkspaceKind', 'blue');
  gateway.cluster.apply(nb('nb-1', 'Running', 'none'));
  await gateway.caughtUp();
  expect(summaryOf(await receive(gateway, { fields, after }))).toEqual([
    ['MODIFIED', 'nb-1', null],
    ['MODIFIED', 'nb-2', null],
    'SYNCED',
  ]);
});

it('sends RESET when the cursor belongs to an earlier epoch, however far versions have advanced since', async () => {
  await using gateway = await startTestGateway({ objects });
  const after = await cursorOf(gateway);
  await gateway.cluster.faults.restart({ data: 'lose' });
  const lost = () => gateway.statistics().kinds.filter(({ available }) => !available).length;
  await waitFor(() => lost() === customResourceDefinitions.length, 'the gateway has noticed the data loss');
  for (const definition of customResourceDefinitions) gateway.cluster.apply(definition);
  for (let round = 0; round < 50; round += 1) gateway.cluster.apply(namespace('team-a', { round: String(round) }));
  gateway.cluster.apply(nb('nb-3', 'Running'));
  await gateway.caughtUp();
  expect(summaryOf(await receive(gateway, { after }))).toEqual(['RESET', ['ADDED', 'nb-3', 'RUNNING'], 'SYNCED']);
});
