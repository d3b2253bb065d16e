import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemo, type Demo } from '../../dev/demo/demo.ts';
import { demoUsers } from '../../dev/demo/users.ts';
import { schema } from '../../src/schema.ts';
import { waitFor } from '../support/wait-for.ts';
import { postOperation } from '../support/post-operation.ts';

let demo: Demo;
beforeAll(async () => void (demo = await startDemo({ port: 0 })));
afterAll(async () => demo[Symbol.asyncDispose]());

type Fields = Readonly<Record<string, unknown>>;

interface Answer {
  readonly data: Fields;
  readonly errors?: readonly { readonly extensions: Fields }[];
}

type Fill = (variables: string) => string;

async function send(query: string, variables: unknown = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${demoUsers[0].token}` };
  const response = await postOperation(demo.url, query, { headers, variables });
  return (await response.json()) as Answer;
}

/** Returns the data of an answer without errors. */
function dataOf({ data, errors }: Answer): Fields {
  expect(errors).toBeUndefined();
  return data;
}

async function ask(query: string): Promise<Fields> {
  return dataOf(await send(query));
}

/** Sends an example operation with its placeholders filled in. */
function sendExample(name: string, fill: Fill): Promise<Answer> {
  const text = (ending: string) => readFileSync(`schema/operations/${name}.${ending}`, 'utf8');
  return send(text('graphql'), JSON.parse(fill(text('json'))));
}

/** Runs an example operation with its placeholders filled in, and returns the result. */
async function play(name: string, fill: Fill = (variables) => variables): Promise<Fields> {
  return Object(Object.values(dataOf(await sendExample(name, fill)))[0]);
}

/**
 * Runs an example that replaces an object as it was read, and returns the result. If the controller of the demo has written to the
 * object meanwhile, the object is read again, as a client does.
 */
async function replace(name: string, of: string): Promise<Fields> {
  const attempt = async () => sendExample(name, await filledFor(of));
  let answer = await attempt();
  await waitFor(async () => {
    const isWritten = answer.errors?.[0]?.extensions['code'] !== 'CONFLICT';
    if (!isWritten) answer = await attempt();
    return isWritten;
  }, 'no other write precedes the replacement');
  return Object(Object.values(dataOf(answer))[0]);
}

/** Fills in the revision or resourceVersion, in JSON or YAML, that an example leaves empty. */
async function filledFor(of: string): Promise<Fill> {
  const data = await ask(`{ of: ${of} { revision metadata { resourceVersion } } }`);
  const { revision, metadata } = Object(data['of']);
  return (variables) =>
    variables
      .replace(/<revision from operation \w+>/u, String(revision))
      .replace(/<resourceVersion from operation \w+>/u, String(metadata.resourceVersion));
}

const MINE = 'workspace(namespace: "team-research", name: "my-notebook")';

it('runs the examples that create, update, patch, replace, report on and delete a workspace', async () => {
  expect(await play('09-create-workspace')).toMatchObject({
    stateReached: true,
    workspace: { state: 'RUNNING', audit: { createdBy: demoUsers[0].name } },
  });
  const updated = await play('10-update-workspace', await filledFor(MINE));
  expect(updated).toMatchObject({ workspace: { displayName: 'Renamed' } });
  const patched = await play('12-patch-workspace');
  expect(patched).toMatchObject({ workspace: { metadata: { labels: [{}, { key: 'stage', value: 'final' }] } } });
  const replaced = await replace('13-replace-workspace', MINE);
  expect(replaced).toMatchObject({ workspace: { displayName: 'Replaced as a whole' } });
  expect(await play('16-report-status')).toMatchObject({ workspace: { stateMessage: 'Seen by an administrator' } });
  expect(await play('17-delete-workspace')).toMatchObject({ deletionPending: false });
}, 60_000);

it('runs the example that applies redirected options', async () => {
  const old = 'workspace(namespace: "team-research", name: "old-baseline")';
  const { workspace } = await play('11-accept-redirects', await filledFor(old));
  expect(Object(workspace).imageConfig.optionId).toBe('jupyter-scipy:v1.10.0');
});

const ofTypo: Fill = (variables) => variables.replace('my-notebook', 'image-typo');

it('runs the example that replaces a status', async () => {
  // The controller does not write to it meanwhile: it does not run, so its activity is not probed.
  const reported = Object((await play('16-report-status', ofTypo))['workspace']);
  const { workspace } = await play('16a-replace-status', (text) =>
    ofTypo(text).replace('<resourceVersion from operation 16>', reported.metadata.resourceVersion),
  );
  expect(workspace).toEqual({ state: 'UNKNOWN', stateMessage: '' });
});

it('runs the examples that pause, start and delete many workspaces', async () => {
  expect(await play('14-pause-workspaces')).toMatchObject({ succeeded: 1, failed: 0 });
  expect(await play('15-start-workspaces')).toMatchObject({
    succeeded: 1,
    failed: 1,
    results: [
      { name: 'old-baseline', ok: true },
      { name: 'fraud-model', ok: false, code: 'CONFLICT' },
    ],
  });
  expect(await play('18-delete-workspaces')).toEqual({ count: 1, warnings: [] });
});

it('runs the examples that create, update, patch, replace and delete a WorkspaceKind', async () => {
  const kind = 'workspaceKind(name: "my-kind")';
  expect(await play('19a-create-workspace-kind')).toMatchObject({ workspaceKind: { displayName: 'My kind' } });
  const updated = await play('19b-update-workspace-kind', await filledFor(kind));
  expect(updated).toMatchObject({ workspaceKind: { deprecated: true } });
  expect(await play('19c-patch-workspace-kind')).toMatchObject({ workspaceKind: { hidden: true } });
  const replaced = await replace('19d-replace-workspace-kind', kind);
  expect(replaced).toMatchObject({ workspaceKind: { displayName: 'Replaced', hidden: false } });
  expect(await play('19e-delete-workspace-kind')).toMatchObject({ deletionPending: false });
});

it('runs the examples that create and delete secrets and claims as dry runs', async () => {
  expect(await play('37-create-secret')).toEqual({ secret: { name: 'api-token', canMount: true }, warnings: [] });
  expect(await play('39-delete-secret')).toMatchObject({ warnings: [] });
  expect(await play('35-delete-claim')).toMatchObject({ persistentVolumeClaim: { name: 'alice-home' } });
});

it('serves the icons and logos that the demo stores in ConfigMaps', async () => {
  const data = await ask('{ workspaceKind(name: "codeserver") { icon { url error } } }');
  const { url, error } = Object(data['workspaceKind']).icon;
  expect([url, error]).toEqual([expect.stringContaining('/assets/workspacekinds/codeserver/icon?sha256='), null]);
  const headers = { authorization: `Bearer ${demoUsers[0].token}` };
  const response = await fetch(new URL(url, demo.url), { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(response.headers.get('cache-control')).toContain('immutable');
});

it('finds an example of every mutation', () => {
  const texts = globSync('schema/operations/*.graphql').map((file) => readFileSync(file, 'utf8'));
  const mutations = Object.keys(schema.getMutationType()?.getFields() ?? {});
  expect(mutations.filter((name) => !texts.some((text) => text.includes(`${name}(`)))).toEqual([]);
});
