import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { detailsOf, ErrorCause, ErrorCodeEnum, failure, publicError, type ErrorCode } from '../../../graphql/errors.ts';
import type { StatusCause } from '../../../kubernetes/status-error.ts';
import { byNamespaceAndName, inOrder } from '../../../graphql/ordering.ts';
import { dryRunField } from '../../../mutations/inputs.ts';
import { WorkspaceFilterInput, workspaceMatcher } from '../filter.ts';
import { setPaused } from './pause.ts';
import { WorkspaceType } from '../refs.ts';
import { prefetchRelated } from '../related.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';

/** Maximum number of concurrent writes of one mutation. */
const AT_ONCE = 8;
const MOST_NAMES = 1_000;

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface PausingResult extends Place {
  readonly workspace: WorkspaceObject | undefined;
  /** Undefined if the operation succeeded. */
  readonly code: ErrorCode | undefined;
  readonly causes: readonly StatusCause[];
  readonly message: string | undefined;
  readonly warnings: readonly string[];
}

const WorkspaceResult = builder.objectRef<PausingResult>('WorkspaceResult').implement({
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

const PauseWorkspacesInput = manyInput('PauseWorkspacesInput', 'Workspaces to pause.');
const StartWorkspacesInput = manyInput('StartWorkspacesInput', 'Workspaces to start.');
const PauseWorkspacesPayload = manyPayload('PauseWorkspacesPayload', 'Result of pauseWorkspaces.');
const StartWorkspacesPayload = manyPayload('StartWorkspacesPayload', 'Result of startWorkspaces.');

function manyInput(name: string, description: string) {
  return builder.inputType(name, {
    description: `${description} Either \`names\` or \`filter\` is required.`,
    fields: (t) => ({
      namespace: t.string({
        description:
          'Namespace of the workspaces. With a filter, null for every namespace in which you may see workspaces.',
      }),
      names: t.stringList({ description: `Names of up to ${MOST_NAMES} workspaces of the namespace.` }),
      filter: t.field({
        type: WorkspaceFilterInput,
        description: 'Filter for workspaces. `{}` for all that you may see.',
      }),
      dryRun: dryRunField(t),
    }),
  });
}

function manyPayload(name: string, description: string) {
  return builder.objectRef<readonly PausingResult[]>(name).implement({
    description,
    fields: (t) => ({
      results: t.field({
        type: [WorkspaceResult],
        description: 'Result for each workspace, in the order of `names`, or by namespace and name.',
        resolve: (results) => [...results],
      }),
      succeeded: t.int({
        description: 'Number of workspaces for which the operation succeeded.',
        resolve: (results) => results.filter(({ code }) => code === undefined).length,
      }),
      failed: t.int({
        description: 'Number of workspaces for which the operation failed.',
        resolve: (results) => results.filter(({ code }) => code !== undefined).length,
      }),
      warnings: t.stringList({
        description: 'Warnings of the API server, each with the namespace and name of its workspace.',
        resolve: (results) =>
          results.flatMap(({ namespace, name: of, warnings }) => warnings.map((text) => `${namespace}/${of}: ${text}`)),
      }),
    }),
  });
}

builder.mutationFields((t) => ({
  pauseWorkspaces: t.field({
    type: PauseWorkspacesPayload,
    nullable: true,
    description:
      'Pauses several workspaces, up to 8 at a time. The failure of one is reported in its result and does not stop the others.',
    args: { input: t.arg({ type: PauseWorkspacesInput, required: true, description: 'Selection and options.' }) },
    resolve: (_, { input }, context) => pauseMany(context, input, true),
  }),
  startWorkspaces: t.field({
    type: StartWorkspacesPayload,
    nullable: true,
    description:
      'Starts several paused workspaces, up to 8 at a time. The failure of one is reported in its result and does not stop the others.',
    args: { input: t.arg({ type: StartWorkspacesInput, required: true, description: 'Selection and options.' }) },
    resolve: (_, { input }, context) => pauseMany(context, input, false),
  }),
}));

type ManyInput = typeof PauseWorkspacesInput.$inferInput;

async function pauseMany(context: Context, input: ManyInput, paused: boolean): Promise<readonly PausingResult[]> {
  const places = await placesOf(context, input);
  const results: PausingResult[] = [];
  const queue = places.entries();
  async function work(): Promise<void> {
    for (const [index, place] of queue) results[index] = await pauseOne(context, place, paused, input.dryRun);
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, places.length) }, work));
  return results;
}

async function placesOf({ client }: Context, { namespace, names, filter }: ManyInput): Promise<readonly Place[]> {
  if (names) {
    if (!namespace || filter)
      throw failure('BAD_REQUEST', 'Expected input.namespace and no input.filter, since input.names is given.');
    if (names.length > MOST_NAMES)
      throw failure('BAD_REQUEST', `Expected at most ${MOST_NAMES} entries in input.names, got ${names.length}.`);
    return [...new Set(names)].map((name) => ({ namespace, name }));
  }
  if (!filter) throw failure('BAD_REQUEST', 'Expected input.names or input.filter, got neither.');
  await prefetchRelated(client, { filter });
  const matches = workspaceMatcher(filter, client.reader);
  const matching = (await client.reader.list(Workspace, namespace)).filter(matches);
  return inOrder(matching, byNamespaceAndName).map(({ item: { metadata } }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
}

async function pauseOne(context: Context, place: Place, paused: boolean, dryRun: boolean): Promise<PausingResult> {
  const { namespace, name } = place;
  try {
    const { object, warnings } = await setPaused(context, { namespace, name }, { paused, dryRun });
    return { namespace, name, workspace: object, warnings, code: undefined, causes: [], message: undefined };
  } catch (error) {
    const shown = publicError(error, context.gateway.onUnexpected);
    return { namespace, name, workspace: undefined, warnings: [], message: shown.message, ...detailsOf(shown) };
  }
}
