import { expect } from 'vitest';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import type { Answer, TestGateway } from './test-gateway.ts';
import { waitFor } from './wait-for.ts';

interface ReceivedWorkspace {
  readonly metadata: { readonly uid: string; readonly name: string; readonly resourceVersion: string };
}

interface WorkspaceEvents {
  readonly workspaces: { readonly type: string; readonly object: ReceivedWorkspace | null };
}

/** Events of a subscription to all workspaces, and the state reconstructed from them. */
export interface WorkspaceView {
  /** Resolves with the next `count` events, such as `ADDED nb-1`. */
  next(count: number): Promise<readonly string[]>;
  /** Resolves with the error code at the end of the stream. */
  endCode(): Promise<unknown>;
  /** Expects no unread event, and a view with the same versions as a query and as the cluster. */
  converges(): Promise<void>;
}

const FIELDS = 'metadata { uid name resourceVersion }';

/** Subscribes to all workspaces. An event that contradicts those before it ends the view with an error. */
export function followWorkspaces(gateway: TestGateway & { readonly cluster: Simulator }): WorkspaceView {
  const stream = gateway.subscribe<WorkspaceEvents>(`subscription { workspaces { type object { ${FIELDS} } } }`);
  const held = new Map<string, ReceivedWorkspace>();
  const events: string[] = [];
  const over: unknown[] = [];
  let read = 0;
  const pump = async (): Promise<void> => {
    for await (const { data, errors } of stream) {
      if (!data) throw errors;
      events.push(take(held, data.workspaces));
    }
  };
  pump().then(
    () => over.push('complete'),
    (error: unknown) => over.push(error),
  );
  return {
    async next(count) {
      const wanted = (): boolean => events.length >= read + count;
      await waitFor(() => wanted() || over.length > 0, `more events arrive after ${events.slice(0, read).join()}`);
      if (!wanted())
        throw new Error(`Expected more events, but the stream ended after ${events.join()}.`, { cause: over[0] });
      return events.slice(read, (read += count));
    },
    async endCode() {
      await waitFor(() => over.length > 0, 'the stream has ended');
      return codeOf(over[0]);
    },
    async converges() {
      await waitFor(async () => equal(held, await fresh(gateway)), 'the view equals a fresh query');
      expect(sorted(held.values())).toEqual(versionsIn(gateway.cluster));
      expect({ unread: events.slice(read), over }).toEqual({ unread: [], over: [] });
    },
  };
}

/** Applies an event to the view. @throws {Error} if it repeats or contradicts earlier events */
function take(held: Map<string, ReceivedWorkspace>, { type, object }: WorkspaceEvents['workspaces']): string {
  if (type === 'RESET') held.clear();
  if (!object) return type;
  const { uid, name } = object.metadata;
  const event = `${type} ${name}`;
  if (held.has(uid) === (type === 'ADDED')) throw new Error(`Expected a consistent event, got ${event}.`);
  if (type === 'DELETED') held.delete(uid);
  else held.set(uid, object);
  return event;
}

/** Returns the names and versions of the workspaces in the gateway. */
export async function freshVersions(gateway: TestGateway): Promise<readonly string[]> {
  return sorted(await fresh(gateway));
}

async function fresh(gateway: TestGateway): Promise<readonly ReceivedWorkspace[]> {
  const { data, errors } = await gateway.query(`{ workspaces { nodes { ${FIELDS} } } }`);
  if (!data) throw new Error(`Expected data, got ${JSON.stringify(errors)}`);
  return (data as { workspaces: { nodes: readonly ReceivedWorkspace[] } }).workspaces.nodes;
}

/** Returns the names and versions of the workspaces in the cluster. */
export function versionsIn(cluster: Simulator): readonly string[] {
  return sorted(cluster.list('kubeflow.org/v1beta1', 'Workspace'));
}

function equal(held: ReadonlyMap<string, ReceivedWorkspace>, nodes: readonly ReceivedWorkspace[]): boolean {
  return sorted(held.values()).join() === sorted(nodes).join();
}

function sorted(objects: Iterable<ReceivedWorkspace>): readonly string[] {
  return [...objects].map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion} ${metadata.uid}`).sort();
}

function codeOf(error: unknown): unknown {
  const [first] = Array.isArray(error) ? (error as NonNullable<Answer['errors']>) : [];
  return first?.extensions['code'] ?? error;
}
