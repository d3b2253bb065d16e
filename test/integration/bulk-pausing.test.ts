import { describe, expect, it } from 'vitest';
import type { RequestPredicate } from '../../dev/simulator/faults.ts';
import { specOf, type WorkspaceObject } from '../../src/kinds/workspace/resource.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const RESULTS = 'succeeded failed warnings results { namespace name ok code message workspace { paused } }';
const PAUSE = `mutation ($input: PauseWorkspacesInput!) { pauseWorkspaces(input: $input) { ${RESULTS} } }`;
const START = `mutation ($input: StartWorkspacesInput!) { startWorkspaces(input: $input) { ${RESULTS} } }`;

const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspace('one', { state: 'Running', labels: { team: 'ml' } }),
  workspace('two', { paused: true, state: 'Paused' }),
  workspace('three', { state: 'Running' }),
  workspace('one', { namespace: 'team-b', state: 'Running', labels: { team: 'ml' } }),
];

const isPatch: RequestPredicate = ({ verb }) => verb === 'patch';

function pausedIn({ cluster }: SimulatedGateway, inNamespace?: string): string[] {
  const all = cluster.list('kubeflow.org/v1beta1', 'Workspace', inNamespace) as readonly WorkspaceObject[];
  return all.filter((object) => specOf(object).paused).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

describe('pauseWorkspaces', () => {
  it('pauses the named workspaces when some of them fail', async () => {
    await using gateway = await startTestGateway({ objects });
    const input = { namespace: 'team-a', names: ['three', 'two', 'none', 'one', 'one'] };
    const { data, errors } = await gateway.query(PAUSE, { input });
    expect(errors).toBeUndefined();
    expect(data?.['pauseWorkspaces']).toMatchObject({
      succeeded: 2,
      failed: 2,
      results: [
        { name: 'three', ok: true, code: null, message: null, workspace: { paused: true } },
        { name: 'two', ok: false, code: 'CONFLICT', message: expect.stringContaining('PAUSED'), workspace: null },
        { name: 'none', ok: false, code: 'NOT_FOUND', workspace: null },
        { name: 'one', ok: true, namespace: 'team-a' },
      ],
    });
    expect(pausedIn(gateway).toSorted()).toEqual(['team-a/one', 'team-a/three', 'team-a/two']);
  });

  it('returns the causes of a failure', async () => {
    const cause = { reason: 'FieldValueInvalid', field: 'spec.paused', message: 'not now' } as const;
    await using gateway = await startTestGateway({
      objects,
      admission: [({ operation }) => (operation === 'UPDATE' ? { deny: { causes: [cause] } } : undefined)],
    });
    const { data } = await gateway.query(
      `mutation ($input: PauseWorkspacesInput!) {
        pauseWorkspaces(input: $input) { results { code causes { reason field message } } }
      }`,
      { input: { namespace: 'team-a', names: ['three'] } },
    );
    expect(data).toEqual({ pauseWorkspaces: { results: [{ code: 'INVALID', causes: [cause] }] } });
  });

  it('pauses all matching workspaces in one namespace or in all', async () => {
    await using gateway = await startTestGateway({ objects });
    const input = { filter: { labelSelector: 'team=ml' } };
    const { data } = await gateway.query(PAUSE, { input: { ...input, namespace: 'team-b' } });
    expect(data?.['pauseWorkspaces']).toMatchObject({ results: [{ namespace: 'team-b', name: 'one', ok: true }] });
    const { data: all } = await gateway.query(PAUSE, { input });
    expect(all?.['pauseWorkspaces']).toMatchObject({
      results: [
        { namespace: 'team-a', name: 'one', ok: true },
        { namespace: 'team-b', name: 'one', ok: false, code: 'CONFLICT' },
      ],
    });
  });

  it('changes nothing when pauseWorkspaces is a dry run', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(PAUSE, { input: { filter: { paused: false }, dryRun: true } });
    expect(data?.['pauseWorkspaces']).toMatchObject({ succeeded: 3, failed: 0 });
    expect(pausedIn(gateway)).toEqual(['team-a/two']);
  });

  it('limits concurrent requests when many workspaces are paused', async () => {
    const many = Array.from({ length: 40 }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...many] });
    const { cluster } = gateway;
    let [asked, most] = [0, 0];
    cluster.faults.delay(0, (request) => {
      if (isPatch(request)) asked += 1;
      most = Math.max(most, asked - cluster.requests.filter(isPatch).length);
      return false;
    });
    const release = cluster.faults.delay(600_000, isPatch);
    cluster.faults.refuse({ status: 429, times: 3, when: isPatch });
    const answer = gateway.query(PAUSE, { input: { namespace: 'team-a', filter: {} } });
    await waitFor(() => asked === 8, 'eight requests wait for an answer');
    release();
    expect((await answer).data?.['pauseWorkspaces']).toMatchObject({ succeeded: 37, failed: 3 });
    expect(most).toBe(8);
  });

  it('returns warnings with the name of their workspace', async () => {
    await using gateway = await startTestGateway({ objects, admission: [() => ({ warnings: ['hm'] })] });
    const { data } = await gateway.query(PAUSE, { input: { namespace: 'team-a', names: ['one'] } });
    expect(data?.['pauseWorkspaces']).toMatchObject({ warnings: ['team-a/one: hm'] });
  });

  it.each([
    ['neither names nor a filter', { namespace: 'team-a' }],
    ['names without a namespace', { names: ['one'] }],
    ['names and a filter', { namespace: 'team-a', names: ['one'], filter: {} }],
    ['a selector that is none', { filter: { labelSelector: 'a in' } }],
    ['a selector of more than 8,000 characters', { filter: { labelSelector: 'a'.repeat(8_001) } }],
    ['a selector of more than 200 requirements', { filter: { labelSelector: Array(201).fill('a').join(',') } }],
  ])('returns BAD_REQUEST when the input has %s', async (_, input) => {
    await using gateway = await startTestGateway({ objects });
    expect((await gateway.query(PAUSE, { input })).errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('startWorkspaces', () => {
  it('starts workspaces that are PAUSED, and returns an error for each other one', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query(START, { input: { namespace: 'team-a', filter: {} } });
    expect(data?.['startWorkspaces']).toMatchObject({
      succeeded: 1,
      failed: 2,
      results: [
        { name: 'one', ok: false, code: 'CONFLICT', message: expect.stringContaining('RUNNING') },
        { name: 'three', ok: false, code: 'CONFLICT' },
        { name: 'two', ok: true, workspace: { paused: false } },
      ],
    });
  });
});

function namesIn({ cluster }: SimulatedGateway): string[] {
  return cluster.list('kubeflow.org/v1beta1', 'Workspace', 'team-a').map(({ metadata }) => metadata.name);
}

/** Returns the result of a deletion. */
function deleted(name: string) {
  return { namespace: 'team-a', name, ok: true, code: null, workspace: { name } };
}

describe('deleteWorkspaces with a filter', () => {
  const DELETE = `mutation ($input: DeleteWorkspacesInput!) {
    deleteWorkspaces(input: $input) { count warnings results { namespace name ok code workspace { name } } }
  }`;
  const filter = { paused: false };

  it('lists what a dry run would delete, then deletes it', async () => {
    await using gateway = await startTestGateway({ objects });
    const input = { namespace: 'team-a', filter };
    const expected = { count: 2, warnings: [], results: [deleted('one'), deleted('three')] };
    const dryRun = await gateway.query(DELETE, { input: { ...input, dryRun: true } });
    expect(dryRun.data).toEqual({ deleteWorkspaces: expected });
    expect(namesIn(gateway)).toHaveLength(3);
    expect((await gateway.query(DELETE, { input })).data).toEqual({ deleteWorkspaces: expected });
    expect(namesIn(gateway)).toEqual(['two']);
    expect(gateway.cluster.list('kubeflow.org/v1beta1', 'Workspace', 'team-b')).toHaveLength(1);
  });

  it('reports the failure of one, and deletes the others', async () => {
    const refused = { reason: 'FieldValueInvalid', field: 'metadata.name', message: 'not this one' } as const;
    await using gateway = await startTestGateway({
      objects,
      admission: [
        ({ operation, name }) =>
          operation === 'DELETE' && name === 'one' ? { deny: { causes: [refused] } } : undefined,
      ],
    });
    const { data } = await gateway.query(DELETE, { input: { namespace: 'team-a', filter } });
    expect(data?.['deleteWorkspaces']).toMatchObject({
      count: 2,
      results: [{ name: 'one', ok: false, code: 'INVALID', workspace: null }, deleted('three')],
    });
    expect(namesIn(gateway).toSorted()).toEqual(['one', 'two']);
  });

  it('refuses deleteWorkspaces with both a filter and a selector', async () => {
    await using gateway = await startTestGateway({ objects });
    const { errors } = await gateway.query(DELETE, {
      input: { namespace: 'team-a', filter, labelSelector: 'team=ml' },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(namesIn(gateway)).toHaveLength(3);
  });
});

it('refuses a filter that more than 1,000 workspaces match, before any is changed', async () => {
  const many = Array.from({ length: 1_001 }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...many] });
  const { errors } = await gateway.query(PAUSE, { input: { filter: {} } });
  const limit = { name: 'MOST_WORKSPACES', max: 1_000, actual: 1_001 };
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST', limit } }]);
  expect(pausedIn(gateway)).toEqual([]);
});

it('refuses an operation that names more workspaces than its cost permits', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 2_500 });
  const fields = Array.from({ length: 100 }, (_, n) => `f${n}: pauseWorkspaces(input: $input) { failed }`);
  const names = Array.from({ length: 10 }, (_, index) => `missing-${index}`);
  const query = `mutation ($input: PauseWorkspacesInput!) { ${fields.join(' ')} }`;
  const { errors } = await gateway.query(query, { input: { namespace: 'team-a', names, dryRun: true } });
  const limit = { name: 'MAX_OPERATION_COST', max: 2_500, actual: expect.any(Number) };
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST', limit } }]);
  expect(gateway.cluster.requests.filter(({ resource }) => resource === 'workspaces').length).toBeLessThan(40);
});
