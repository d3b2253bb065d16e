import { builder } from '../../../graphql/builder.ts';
import { CONCURRENT_WRITES, type ObjectOutcome } from '../../../graphql/bulk-actions.ts';
import type { Context } from '../../../graphql/context.ts';
import { detailsOf, failure, publicError } from '../../../graphql/errors.ts';
import { ErrorCause, ErrorCodeEnum } from '../../../graphql/error-types.ts';
import { byNamespaceAndName, sortedByName } from '../../../kubernetes/ordering.ts';
import type { NamespacedName } from '../../../kubernetes/object.ts';
import { type WorkspaceFilter, workspaceMatcher } from '../filter.ts';
import { WorkspaceType } from '../refs.ts';
import { prefetchRelated } from '../related.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';

/** Maximum number of workspaces of one mutation. */
export const MOST_WORKSPACES = 1_000;

/** Outcome for one of several workspaces. */
export interface WorkspaceOutcome extends ObjectOutcome {
  /** Undefined if the operation failed, or continues without its request. */
  readonly workspace?: WorkspaceObject | undefined;
}

export const WorkspaceResult = builder.objectRef<WorkspaceOutcome>('WorkspaceResult').implement({
  description: 'Result for one of several workspaces.',
  fields: (t) => ({
    namespace: t.exposeString('namespace', { description: 'Namespace of the workspace.' }),
    name: t.exposeString('name', { description: 'Name of the workspace.' }),
    ok: t.boolean({ description: 'Whether the operation succeeded.', resolve: ({ code }) => code === undefined }),
    code: t.field({
      type: ErrorCodeEnum,
      nullable: true,
      description: 'Code of the failure. Null if the operation succeeded.',
      resolve: ({ code }) => code ?? null,
    }),
    message: t.string({
      nullable: true,
      description: 'Error message. Null if the operation succeeded.',
      resolve: ({ message }) => message ?? null,
    }),
    causes: t.field({
      type: [ErrorCause],
      description: 'Causes of the failure, such as invalid fields. Often empty.',
      resolve: ({ causes }) => [...causes],
    }),
    workspace: t.field({
      type: WorkspaceType,
      nullable: true,
      description: 'The workspace as the API server returned it. Null if the operation failed, and for a bulk action.',
      resolve: ({ workspace }) => workspace ?? null,
    }),
  }),
});

/**
 * Returns the workspaces that match a filter, in one namespace or in all, by namespace and name.
 * @throws {GraphQLError} BAD_REQUEST if there are more than {@link MOST_WORKSPACES}
 */
export async function matchingWorkspaces(
  { client }: Context,
  { namespace, filter }: { readonly namespace?: string | null | undefined; readonly filter: WorkspaceFilter },
): Promise<readonly WorkspaceObject[]> {
  await prefetchRelated(client, { filter });
  const workspaces = await client.reader.lister(Workspace, namespace);
  const matches = workspaceMatcher(filter, client.reader);
  const selection = { namespace: namespace ?? undefined, ordering: byNamespaceAndName, filter: matches };
  const matching = workspaces.select(selection).all;
  if (matching.length > MOST_WORKSPACES)
    throw failure(
      'BAD_REQUEST',
      `Expected a filter that at most ${MOST_WORKSPACES} workspaces match, got ${matching.length}. Restrict it, for example to a namespace.`,
      { limit: { name: 'MOST_WORKSPACES', max: MOST_WORKSPACES, actual: matching.length } },
    );
  return sortedByName(matching);
}

/** Result of the write of one workspace. */
interface Written {
  readonly object: WorkspaceObject | undefined;
  readonly warnings: readonly string[];
}

export type WorkspaceWrite<P> = (context: Context, at: P) => Promise<Written>;

/** Calls a function that does not reject for each item, up to 8 at a time. Returns the results in the same order. */
export async function forEachConcurrently<P, R>(
  items: readonly P[],
  act: (item: P) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  async function work(): Promise<void> {
    for (const [index, item] of queue) results[index] = await act(item);
  }
  await Promise.all(Array.from({ length: Math.min(CONCURRENT_WRITES, items.length) }, work));
  return results;
}

/** Writes one workspace, in a turn of the viewer: a denial takes no request, so that a thousand would be one turn. Never rejects. */
export async function outcomeOf<P extends NamespacedName>(
  context: Context,
  at: P,
  write: WorkspaceWrite<P>,
): Promise<WorkspaceOutcome> {
  const { namespace, name } = at;
  try {
    await context.client.cost.pause();
    context.signal.throwIfAborted();
    const { object, warnings } = await write(context, at);
    return { namespace, name, workspace: object, warnings, code: undefined, causes: [], message: undefined };
  } catch (error) {
    const shown = publicError(error, context.gateway.onUnexpected);
    return { namespace, name, workspace: undefined, warnings: [], message: shown.message, ...detailsOf(shown) };
  }
}

/** Returns the warnings of all outcomes, each with the namespace and name of its workspace. */
export function warningsOf(outcomes: readonly ObjectOutcome[]): string[] {
  return outcomes.flatMap(({ namespace, name, warnings }) => warnings.map((text) => `${namespace}/${name}: ${text}`));
}
