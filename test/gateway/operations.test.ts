import { globSync, readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDemo, type Demo } from '../../src/demo/demo.ts';
import { PauseWorkspaceDocument, StartWorkspaceDocument, TroublesDocument } from '../__generated__/graphql.ts';

let demo: Demo;
beforeAll(async () => void (demo = await startDemo({ port: 0 })));
afterAll(async () => demo[Symbol.asyncDispose]());

async function ask<D, V>(document: TypedDocumentNode<D, V>, variables: V): Promise<D> {
  const response = await fetch(demo.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, text/event-stream',
      authorization: `Bearer ${people[0].token}`,
    },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: D; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

const examples = globSync('schema/operations/*.graphql').map((file) => ({ file, text: readFileSync(file, 'utf8') }));

it.each(examples.filter(({ text }) => text.includes('\nquery ')))(
  '$file answers in the demo without an error',
  async ({ file, text }) => {
    const variables: unknown = JSON.parse(variablesOf(file));
    const data = await ask(parse(text) as TypedDocumentNode<Record<string, object>, unknown>, variables);
    expect(Object.values(data).every((value) => value !== null)).toBe(true);
  },
);

it('the demo pauses and starts a workspace by the examples', async () => {
  const at = { namespace: 'team-research', name: 'fraud-model' };
  const { pauseWorkspace } = await ask(PauseWorkspaceDocument, at);
  expect([pauseWorkspace.stateReached, pauseWorkspace.workspace.state]).toEqual([true, 'PAUSED']);
  const { startWorkspace } = await ask(StartWorkspaceDocument, at);
  expect([startWorkspace.stateReached, startWorkspace.workspace.state]).toEqual([true, 'RUNNING']);
}, 60_000);

it('the demo has troubles and redirects to show', async () => {
  const { failing, redirected } = await ask(TroublesDocument, {});
  expect(failing.nodes.length).toBeGreaterThan(2);
  expect(redirected.nodes[0]?.imageConfig.redirectChain.length).toBeGreaterThan(0);
});

function variablesOf(file: string): string {
  try {
    return readFileSync(file.replace(/\.graphql$/u, '.json'), 'utf8');
  } catch {
    return '{}'; // an example without variables
  }
}
