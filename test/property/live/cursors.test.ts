import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { startTestGateway, type TestGateway } from '../../support/test-gateway.ts';
import { until } from '../../support/until.ts';
import { definitions } from '../../support/live/stage.ts';

/** What convergence came to grief on, one thing at a time. */

interface ReceivedEvent {
  readonly type: string;
  readonly cursor: string;
  readonly object: { readonly name: string; readonly state: string; readonly kind: unknown } | null;
}

const nb = (name: string, state: string, kind = 'blue') => workspace(name, { state, kind });
const kind = (name: string, displayName: string) => workspaceKind(name, {}, { displayName });
const objects = [namespace('team-a'), kind('blue', 'Blue'), nb('nb-1', 'Running'), nb('nb-2', 'Running')];

/** The events from a cursor on, up to and including the first that is so; SYNCED comes in between. */
async function told(
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
  return (await told(gateway, fields === undefined ? {} : { fields })).at(-1)?.cursor;
}

function shown(events: readonly ReceivedEvent[]): unknown {
  return events.map(({ type, object }) => (object ? [type, object.name, object.state ?? object.kind] : type));
}

it('is told what has been undone since, where a reader left in the middle of a step', async () => {
  await using gateway = await startTestGateway({ objects });
  const synced = Promise.withResolvers<void>();
  const leaving = told(gateway, {}, ({ type }) => {
    if (type === 'SYNCED') synced.resolve();
    return type === 'MODIFIED';
  });
  await synced.promise;
  for (const name of ['nb-1', 'nb-2']) gateway.cluster.apply(nb(name, 'Error'));
  const after = (await leaving).at(-1)?.cursor;
  gateway.cluster.apply(nb('nb-1', 'Running'));
  await gateway.caughtUp();
  expect(shown(await told(gateway, { after }))).toEqual([
    ['MODIFIED', 'nb-1', 'RUNNING'],
    ['MODIFIED', 'nb-2', 'ERROR'],
    'SYNCED',
  ]);
});

it('is told that the kind is another one, although the one before is gone and was called nothing', async () => {
  await using gateway = await startTestGateway({ objects });
  const fields = 'name kind { displayName }';
  const after = await cursorOf(gateway, fields);
  gateway.cluster.delete('kubeflow.org/v1beta1', 'WorkspaceKind', 'blue');
  gateway.cluster.apply(nb('nb-1', 'Running', 'none'));
  await gateway.caughtUp();
  expect(shown(await told(gateway, { fields, after }))).toEqual([
    ['MODIFIED', 'nb-1', null],
    ['MODIFIED', 'nb-2', null],
    'SYNCED',
  ]);
});

it('begins anew with the cursor of a world that is no more, however far the new one has come', async () => {
  await using gateway = await startTestGateway({ objects });
  const after = await cursorOf(gateway);
  await gateway.cluster.faults.restart({ data: 'lose' });
  const lost = () => gateway.statistics().kinds.filter(({ available }) => !available).length;
  await until(() => lost() === definitions.length, 'the gateway has noticed');
  for (const definition of definitions) gateway.cluster.apply(definition);
  for (let round = 0; round < 50; round += 1) gateway.cluster.apply(namespace('team-a', { round: String(round) }));
  gateway.cluster.apply(nb('nb-3', 'Running'));
  await gateway.caughtUp();
  expect(shown(await told(gateway, { after }))).toEqual(['RESET', ['ADDED', 'nb-3', 'RUNNING'], 'SYNCED']);
});
