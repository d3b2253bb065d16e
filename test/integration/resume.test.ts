import { createClient } from 'graphql-sse';
import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startGatewayFor, startTestGateway, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

interface Event {
  readonly type: string;
  readonly cursor: string;
  readonly object: Readonly<Record<string, unknown>> | null;
}

const FIELDS = 'type cursor object { name state }';

/** Subscribes and returns the events up to and including SYNCED. */
async function untilSynced(gateway: TestGateway, fields = FIELDS, after?: string): Promise<Event[]> {
  const query = `subscription ($after: String) { workspaces(after: $after) { ${fields} } }`;
  const subscription = gateway.subscribe<{ workspaces: Event }>(query, { after });
  const events: Event[] = [];
  for await (const { data, errors } of subscription) {
    if (!data) throw new Error(JSON.stringify(errors));
    events.push(data.workspaces);
    if (data.workspaces.type === 'SYNCED') return events;
  }
  throw new Error('Expected SYNCED, got the end of the subscription.');
}

function summaryOf(events: readonly Event[]): unknown[] {
  return events.map(({ type, object }) => (object ? [type, object['name'], object['state']] : [type]));
}

const nb1 = (state: string) => workspace('nb-1', { state });
const nb2 = (state: string) => workspace('nb-2', { state });
const start = () => startTestGateway({ objects: [namespace('team-a'), nb1('Running'), nb2('Running')] });

describe('resuming with a cursor', () => {
  it('sends the missed events once, then SYNCED, when the client resumes', async () => {
    await using gateway = await start();
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    gateway.cluster.apply(nb1('Pending'));
    gateway.cluster.apply(nb1('Paused'));
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-2', 'team-a');
    gateway.cluster.apply(workspace('nb-3', { state: 'Running' }));
    await gateway.caughtUp();
    const missed = await untilSynced(gateway, FIELDS, cursor);
    expect(summaryOf(missed)).toEqual([
      ['MODIFIED', 'nb-1', 'PAUSED'],
      ['DELETED', 'nb-2', 'RUNNING'],
      ['ADDED', 'nb-3', 'RUNNING'],
      ['SYNCED'],
    ]);
    expect(summaryOf(await untilSynced(gateway, FIELDS, missed.at(-1)?.cursor))).toEqual([['SYNCED']]);
  });

  it('sends no snapshot when the gateway has received no bookmark since, and nothing has changed', async () => {
    const objects = [namespace('team-a'), nb1('Running'), workspaceKind('jupyterlab')];
    await using gateway = await startTestGateway({ objects });
    await using other = await startGatewayFor(gateway.cluster.kubeconfig);
    gateway.cluster.apply(workspaceKind('jupyterlab', {}, { displayName: 'Lab' }));
    await gateway.caughtUp();
    let watches = 0;
    using _ = gateway.cluster.faults.stall(({ resource }) => resource === 'workspacekinds' && (watches += 1) === 1);
    await waitFor(() => watches === 2, 'bookmarks of one gateway are held back');
    gateway.cluster.apply(nb1('Paused'));
    const lastEventAt = () =>
      other.statistics().kinds.find(({ resource }) => resource.plural === 'workspacekinds')?.lastEventAt;
    const before = lastEventAt();
    await waitFor(() => lastEventAt() !== before, 'the other one has received a bookmark');
    const fields = 'type cursor object { name state kind { displayName } }';
    const cursor = (await untilSynced(other, fields)).at(-1)?.cursor;
    expect(summaryOf(await untilSynced(gateway, fields, cursor))).toEqual([['SYNCED']]);
  });

  it('sends no event when objects came and went, changed back, or changed in unselected fields', async () => {
    await using gateway = await start();
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    gateway.cluster.apply(workspace('nb-3'));
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-3', 'team-a');
    gateway.cluster.apply(nb1('Paused'));
    gateway.cluster.apply(nb1('Running'));
    gateway.cluster.apply(workspace('nb-2', { state: 'Running', labels: { not: 'selected' } }));
    await gateway.caughtUp();
    expect(summaryOf(await untilSynced(gateway, FIELDS, cursor))).toEqual([['SYNCED']]);
  });

  it('sends DELETED and ADDED when an object was re-created', async () => {
    await using gateway = await start();
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    gateway.cluster.apply(nb1('Pending'));
    await gateway.caughtUp();
    expect(summaryOf(await untilSynced(gateway, FIELDS, cursor))).toEqual([
      ['DELETED', 'nb-1', 'RUNNING'],
      ['ADDED', 'nb-1', 'PENDING'],
      ['SYNCED'],
    ]);
  });

  it('sends the missed events when the client resumes at another gateway or one that started later', async () => {
    await using gateway = await start();
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    await using other = await startGatewayFor(gateway.cluster.kubeconfig);
    gateway.cluster.apply(nb1('Paused'));
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-2', 'team-a');
    const total = async () => JSON.stringify(await other.query('{ workspaces { totalCount } }'));
    await waitFor(async () => (await total()).includes('"totalCount":1'), 'the other one has the changes');
    await using later = await startGatewayFor(gateway.cluster.kubeconfig);
    const missed = [['MODIFIED', 'nb-1', 'PAUSED'], ['DELETED', 'nb-2', 'RUNNING'], ['SYNCED']];
    expect(summaryOf(await untilSynced(later, FIELDS, cursor))).toEqual(missed);
    expect(summaryOf(await untilSynced(other, FIELDS, cursor))).toEqual(missed);
  });

  it('knows states that the result of a mutation has hidden from the gateway', async () => {
    await using gateway = await start();
    gateway.cluster.faults.rejectStreamingLists(true); // their events would be held back
    const stall = gateway.cluster.faults.stall();
    gateway.cluster.apply(workspace('nb-3', { state: 'Running' }));
    await using later = await startGatewayFor(gateway.cluster.kubeconfig);
    const fields = 'type cursor object { name state paused }';
    const [selected, all] = [
      (await untilSynced(later)).at(-1)?.cursor,
      (await untilSynced(later, fields)).at(-1)?.cursor,
    ];
    const pause = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-3" }) { workspace { paused } } }';
    expect(await gateway.query(pause)).toEqual({ data: { pauseWorkspace: { workspace: { paused: true } } } });
    stall[Symbol.dispose]();
    await gateway.caughtUp();
    expect(summaryOf(await untilSynced(gateway, FIELDS, selected))).toEqual([['SYNCED']]);
    expect(summaryOf(await untilSynced(gateway, fields, all))).toEqual([['MODIFIED', 'nb-3', 'RUNNING'], ['SYNCED']]);
  });

  it('sends RESET and a snapshot when neither the gateway nor the API server has the history', async () => {
    await using gateway = await start();
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    gateway.cluster.apply(nb1('Paused'));
    gateway.cluster.faults.compact();
    await using later = await startGatewayFor(gateway.cluster.kubeconfig);
    expect(summaryOf(await untilSynced(later, FIELDS, cursor))).toEqual([
      ['RESET'],
      ['ADDED', 'nb-1', 'PAUSED'],
      ['ADDED', 'nb-2', 'RUNNING'],
      ['SYNCED'],
    ]);
  });

  it('sends RESET when the change log is too short and the API server has compacted', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), nb1('Running')], historyEvents: 2 });
    const cursor = (await untilSynced(gateway)).at(-1)?.cursor;
    for (let index = 0; index < 10; index += 1) gateway.cluster.apply(nb1(index % 2 ? 'Running' : 'Paused'));
    await gateway.caughtUp();
    gateway.cluster.faults.compact();
    expect(summaryOf(await untilSynced(gateway, FIELDS, cursor))).toEqual([
      ['RESET'],
      ['ADDED', 'nb-1', 'RUNNING'],
      ['SYNCED'],
    ]);
  });

  it('sends MODIFIED when related objects have changed', async () => {
    await using gateway = await start();
    const fields = 'type cursor object { name kind { displayName } }';
    gateway.cluster.apply(workspaceKind('jupyterlab'));
    await gateway.caughtUp();
    const cursor = (await untilSynced(gateway, fields)).at(-1)?.cursor;
    gateway.cluster.apply(workspaceKind('jupyterlab', {}, { displayName: 'Jupyter' }));
    await gateway.caughtUp();
    const missed = await untilSynced(gateway, fields, cursor);
    expect(missed.map(({ type, object }) => [type, object?.['kind']])).toEqual([
      ['MODIFIED', { displayName: 'Jupyter' }],
      ['MODIFIED', { displayName: 'Jupyter' }],
      ['SYNCED', undefined],
    ]);
  });

  it('sends MODIFIED for an object that was sent last when a related object has changed since', async () => {
    await using gateway = await start();
    const fields = 'type cursor object { name kind { displayName } state }';
    gateway.cluster.apply(workspaceKind('jupyterlab'));
    await gateway.caughtUp();
    const changes = gateway.subscribe<{ workspaces: Event }>(`subscription { workspaces { ${fields} } }`);
    for (let event = await changes.next(); event.value?.data?.workspaces.type !== 'SYNCED';)
      event = await changes.next();
    for (const changed of [nb1('Paused'), nb2('Paused')]) gateway.cluster.apply(changed); // which may be one batch
    const sent = (await changes.next()).value?.data?.workspaces;
    expect(sent?.object).toMatchObject({ name: 'nb-1', state: 'PAUSED' });
    gateway.cluster.apply(workspaceKind('jupyterlab', {}, { displayName: 'Jupyter' }));
    await gateway.caughtUp();
    const missed = await untilSynced(gateway, fields, sent?.cursor);
    expect(summaryOf(missed)).toEqual([['MODIFIED', 'nb-1', 'PAUSED'], ['MODIFIED', 'nb-2', 'PAUSED'], ['SYNCED']]);
  });

  it('sends RESET when the client left in the middle of its first snapshot', async () => {
    await using gateway = await start();
    const [first] = await untilSynced(gateway);
    const again = await untilSynced(gateway, FIELDS, first?.cursor);
    expect(again.map(({ type }) => type)).toEqual(['RESET', 'ADDED', 'ADDED', 'SYNCED']);
  });

  it('sends no event again when it was sent before the watch reported it', async () => {
    await using gateway = await start();
    const query = `subscription { workspaces { ${FIELDS.replace('state', 'state paused')} } }`;
    const changes = gateway.subscribe<{ workspaces: Event }>(query);
    for (let event = await changes.next(); event.value?.data?.workspaces.type !== 'SYNCED';)
      event = await changes.next();
    const undo = gateway.cluster.faults.stall();
    await gateway.query('mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }');
    const paused = (await changes.next()).value?.data?.workspaces;
    expect(paused).toMatchObject({ type: 'MODIFIED', object: { paused: true } });
    undo();
    await gateway.caughtUp();
    const resumed = await untilSynced(gateway, FIELDS.replace('state', 'state paused'), paused?.cursor);
    expect(summaryOf(resumed)).toEqual([['SYNCED']]);
  });
});

it.each(['the extensions over WebSocket', 'the extensions over Server-Sent Events', 'the URL'])(
  'sends the missed events when the cursor is in %s',
  async (carrier) => {
    await using gateway = await start();
    const after = (await untilSynced(gateway)).at(-1)?.cursor ?? '';
    gateway.cluster.apply(nb1('Paused'));
    await gateway.caughtUp();
    const query = `subscription { workspaces { ${FIELDS} } }`;
    const expected = [['MODIFIED', 'nb-1', 'PAUSED'], ['SYNCED']];
    expect(summaryOf(await firstEvents(gateway, query, carrier, after))).toEqual(expected);
    expect(await codeOfFirst(gateway, query, carrier)).toBe('BAD_REQUEST');
  },
);

/** Subscribes with a cursor that is no argument and returns the first two results. */
async function firstResults(gateway: TestGateway, query: string, carrier: string, after: unknown) {
  const url = carrier === 'the URL' ? `${gateway.url}?after=${encodeURIComponent(String(after))}` : gateway.url;
  const extensions = carrier === 'the URL' ? {} : { after };
  const stream = carrier.includes('WebSocket')
    ? gateway.connect().iterate({ query, extensions })
    : createClient({ url, retryAttempts: 0 }).iterate({ query, extensions });
  const results = [await stream.next()];
  if (!results[0]?.value?.errors) results.push(await stream.next());
  await stream.return?.();
  return results.map(
    ({ value }) => value as { readonly data?: { readonly workspaces: Event }; readonly errors?: unknown },
  );
}

async function firstEvents(gateway: TestGateway, query: string, carrier: string, after: string): Promise<Event[]> {
  const results = await firstResults(gateway, query, carrier, after);
  return results.flatMap(({ data }) => (data ? [data.workspaces] : []));
}

async function codeOfFirst(gateway: TestGateway, query: string, carrier: string): Promise<unknown> {
  const [first] = await firstResults(gateway, query, carrier, 5);
  const [error] = (first?.errors ?? []) as readonly { readonly extensions: { readonly code: string } }[];
  return error?.extensions.code;
}

it('sends the missed events over Server-Sent Events when the client sends Last-Event-ID', async () => {
  await using gateway = await start();
  const url = `${gateway.url}?query=${encodeURIComponent(`subscription { workspaces { ${FIELDS} } }`)}`;
  const read = async (lastEventId?: string) => {
    const leave = new AbortController();
    const headers = { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) };
    const response = await fetch(url, { headers, signal: leave.signal });
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"SYNCED"') && text.endsWith('\n\n')) break;
    }
    leave.abort();
    return text.split('\n\n').filter((event) => event.includes('data:'));
  };
  const id = /^id: (.+)$/mu.exec((await read()).at(-1) ?? '')?.[1];
  gateway.cluster.apply(nb1('Paused'));
  await gateway.caughtUp();
  const resumed = await read(id);
  expect(resumed.map((event) => /"type":"(\w+)"/u.exec(event)?.[1])).toEqual(['MODIFIED', 'SYNCED']);
  expect(
    await (await fetch(url, { headers: { accept: 'text/event-stream', 'last-event-id': 'garbage' } })).text(),
  ).toContain('BAD_REQUEST');
});
