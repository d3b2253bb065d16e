import { pino, type Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../src/kubernetes/client.ts';
import { isNotFound } from '../../src/kubernetes/status-error.ts';
import { CREATED_BY, UPDATED_BY } from './annotations.ts';
import { Workspaces } from './workspace.ts';
import { toggledWorkspace } from './fixtures/workspaces.ts';

interface ActivityGeneratorOptions {
  readonly client: Client;
  /** Stops it, as disposing does. */
  readonly signal?: AbortSignal;
  /** How long between two changes of the same workspace. */
  readonly intervalMs?: number;
  readonly log?: Logger;
}

const recurringWorkspace = { namespace: 'team-research', name: 'pop-up' };

/**
 * Starts what people do in the demo: one workspace is paused and started in turn, another one comes and goes. What a
 * viewer does with them meanwhile is respected. Disposing waits for the last request.
 */
export function startActivityGenerator({
  client,
  intervalMs = 9_000,
  log = pino({ level: 'silent' }),
  ...options
}: ActivityGeneratorOptions): AsyncDisposable {
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const repeat = async (act: () => Promise<void>) => {
    while (!signal.aborted) {
      await delay(intervalMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await act().catch((error: unknown) => {
        // Someone else deleted it, or the API server is away: the next turn comes anyway.
        if (!signal.aborted && !isNotFound(error)) log.warn({ message: String(error) }, 'life');
      });
    }
  };
  const loops = [repeat(() => togglePaused(client, signal)), repeat(() => createOrDelete(client, signal))];
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

/** Pauses the sleeper when it runs, starts it when it is paused, and lets it be while it is on its way. */
async function togglePaused(client: Client, signal: AbortSignal): Promise<void> {
  const { namespace, name } = toggledWorkspace;
  const { spec, status } = await client.get(Workspaces, { namespace, name }, signal);
  const isPaused = spec.paused ?? false;
  const isSettled = status?.state === (isPaused ? 'Paused' : 'Running');
  if (!isSettled) return;
  await client.patch(
    Workspaces,
    { namespace, name },
    { type: 'MERGE', body: { spec: { paused: !isPaused } } },
    { signal },
  );
}

/** Deletes the visitor if it is there, creates it if not. */
async function createOrDelete(client: Client, signal: AbortSignal): Promise<void> {
  try {
    await client.delete(Workspaces, recurringWorkspace, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create(Workspaces, recurringManifest(), { namespace: recurringWorkspace.namespace, signal });
  }
}

function recurringManifest(): object {
  const person = 'dave@example.com';
  return {
    apiVersion: 'kubeflow.org/v1beta1',
    kind: 'Workspace',
    metadata: { ...recurringWorkspace, annotations: { [CREATED_BY]: person, [UPDATED_BY]: person } },
    spec: {
      displayName: 'Comes and goes',
      kind: 'jupyterlab',
      podTemplate: { volumes: {}, options: { imageConfig: 'jupyter-scipy:v1.10.0', podConfig: 'tiny_cpu' } },
    },
  };
}
