import { pino, type Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../src/kubernetes/client.ts';
import { isNotFound } from '../../src/kubernetes/status-error.ts';
import { CREATED_BY, UPDATED_BY } from './annotations.ts';
import { Workspaces } from './workspace.ts';
import { toggledWorkspace } from './fixtures/workspaces.ts';

interface ActivityGeneratorOptions {
  readonly client: Client;
  /** Aborting it stops the generator, like disposing. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two changes of the same workspace. Default: 9000. */
  readonly intervalMs?: number;
  readonly log?: Logger;
}

const recurringWorkspace = { namespace: 'team-research', name: 'pop-up' };

/**
 * Starts to simulate user activity: pauses and starts one workspace in turn, and deletes and recreates another one.
 * Changes that a viewer makes to them in between are kept. Disposing waits for the last request.
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
        // A viewer deleted the workspace, or the API server is unavailable: the next iteration tries again.
        if (!signal.aborted && !isNotFound(error)) log.warn({ message: String(error) }, 'cannot generate activity');
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

/** Pauses the workspace if it is running, starts it if it is paused. Does nothing while it is between these states. */
async function togglePaused(client: Client, signal: AbortSignal): Promise<void> {
  const { namespace, name } = toggledWorkspace;
  const { spec, status } = await client.get(Workspaces, { namespace, name }, signal);
  const isPaused = spec.paused ?? false;
  const isSteady = status?.state === (isPaused ? 'Paused' : 'Running');
  if (!isSteady) return;
  await client.patch(
    Workspaces,
    { namespace, name },
    { type: 'MERGE', body: { spec: { paused: !isPaused } } },
    { signal },
  );
}

/** Deletes the workspace if it exists, creates it otherwise. */
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
      displayName: 'Recreated periodically',
      kind: 'jupyterlab',
      podTemplate: { volumes: {}, options: { imageConfig: 'jupyter-scipy:v1.10.0', podConfig: 'tiny_cpu' } },
    },
  };
}
