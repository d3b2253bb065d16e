import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { detailsOf, ErrorCause, ErrorCodeEnum, failure, publicError, type ErrorCode } from '../../../graphql/errors.ts';
import { sortedByName } from '../../../graphql/ordering.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';
import { type WorkspaceFilter, workspaceMatcher } from '../filter.ts';
import { WorkspaceType } from '../refs.ts';
import { prefetchRelated } from '../related.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';

/** Maximum number of concurrent writes of one mutation. */
const AT_ONCE = 8;
/** Maximum number of workspaces of one mutation. */
export const MOST_WORKSPACES = 1_000;

/** Name of a workspace. */
export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** Outcome for one of several workspaces. */
export interface WorkspaceOutcome extends Place {
  readonly workspace: WorkspaceObject | undefined;
  /** Undefined if the operation succeeded. */
  readonly code: ErrorCode | undefined;
  readonly causes: readonly StatusCause[];
  readonly message: string | undefined;
  readonly warnings: readonly string[];
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
      description: 'The workspace as the API server returned it. Null if the operation failed.',
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
  const matches = workspaceMatcher(filter, client.reader);
  const matching = (await client.reader.list(Workspace, namespace)).filter(matches);
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

/** Writes several workspaces, up to 8 at a time. The failure of one is its outcome. Returns the outcomes in the same order. */
export async function writeEach<P extends Place>(
  context: Context,
  places: readonly P[],
  write: (place: P) => Promise<Written>,
): Promise<readonly WorkspaceOutcome[]> {
  const outcomes: WorkspaceOutcome[] = [];
  const queue = places.entries();
  async function work(): Promise<void> {
    for (const [index, place] of queue) outcomes[index] = await outcomeOf(context, place, write);
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, places.length) }, work));
  return outcomes;
}

async function outcomeOf<P extends Place>(
  context: Context,
  place: P,
  write: (place: P) => Promise<Written>,
): Promise<WorkspaceOutcome> {
  const { namespace, name } = place;
  try {
    const { object, warnings } = await write(place);
    return { namespace, name, workspace: object, warnings, code: undefined, causes: [], message: undefined };
  } catch (error) {
    const shown = publicError(error, context.gateway.onUnexpected);
    return { namespace, name, workspace: undefined, warnings: [], message: shown.message, ...detailsOf(shown) };
  }
}

/** Returns the warnings of all outcomes, each with the namespace and name of its workspace. */
export function warningsOf(outcomes: readonly WorkspaceOutcome[]): string[] {
  return outcomes.flatMap(({ namespace, name, warnings }) => warnings.map((text) => `${namespace}/${name}: ${text}`));
}
