import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure, publicError } from '../../../graphql/errors.ts';
import { inOrder } from '../../../graphql/ordering.ts';
import { dryRunField } from '../../../mutations/inputs.ts';
import { WorkspaceFilterInput, workspaceMatcher } from '../filter.ts';
import { workspaceOrdering } from '../order.ts';
import { setPaused } from './pause.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';

/** So many are asked for at once. */
const AT_ONCE = 8;
const MOST_NAMES = 1_000;

interface Place {
  readonly namespace: string;
  readonly name: string;
}

interface PausingResult extends Place {
  readonly workspace: WorkspaceObject | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly warnings: readonly string[];
}

const WorkspaceResult = builder.objectRef<PausingResult>('WorkspaceResult').implement({
  description: 'What has become of one workspace of many.',
  fields: (t) => ({
    namespace: t.exposeString('namespace', { description: 'The namespace it is in.' }),
    name: t.exposeString('name', { description: 'Its name.' }),
    ok: t.boolean({ description: 'Whether it went well.', resolve: ({ code }) => code === undefined }),
    code: t.string({
      nullable: true,
      description: 'Why not: an ErrorCode. Null where it went well.',
      resolve: ({ code }) => code ?? null,
    }),
    message: t.string({
      nullable: true,
      description: 'Why not, for people. Null where it went well.',
      resolve: ({ message }) => message ?? null,
    }),
    workspace: t.field({
      type: WorkspaceType,
      nullable: true,
      description: 'The workspace, as the API server answered. Null where it did not go well.',
      resolve: ({ workspace }) => workspace ?? null,
    }),
  }),
});

const PauseWorkspacesInput = manyInput('PauseWorkspacesInput', 'Which workspaces to pause.');
const StartWorkspacesInput = manyInput('StartWorkspacesInput', 'Which workspaces to start.');
const PauseWorkspacesPayload = manyPayload('PauseWorkspacesPayload', 'Workspaces that have been asked to pause.');
const StartWorkspacesPayload = manyPayload('StartWorkspacesPayload', 'Workspaces that have been asked to start.');

function manyInput(name: string, description: string) {
  return builder.inputType(name, {
    description: `${description} One of \`names\` and \`filter\` has to be given.`,
    fields: (t) => ({
      namespace: t.string({
        description: 'The namespace they are in. Null, with a filter: every namespace in which you may see workspaces.',
      }),
      names: t.stringList({ description: `The names of up to ${MOST_NAMES} workspaces of the namespace.` }),
      filter: t.field({ type: WorkspaceFilterInput, description: 'All that match; `{}` for all that you may see.' }),
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
        description: 'What has become of each, in the order of `names`, or by namespace and name.',
        resolve: (results) => [...results],
      }),
      succeeded: t.int({
        description: 'How many of them went well.',
        resolve: (results) => results.filter(({ code }) => code === undefined).length,
      }),
      failed: t.int({
        description: 'How many of them did not.',
        resolve: (results) => results.filter(({ code }) => code !== undefined).length,
      }),
      warnings: t.stringList({
        description: 'What the API server has to say although it agreed, each with the workspace it is about.',
        resolve: (results) =>
          results.flatMap(({ namespace, name: of, warnings }) => warnings.map((text) => `${namespace}/${of}: ${text}`)),
      }),
    }),
  });
}

builder.mutationFields((t) => ({
  pauseWorkspaces: t.field({
    type: PauseWorkspacesPayload,
    description:
      'Asks many workspaces to pause, some at a time. What goes wrong with one is told in its result, and stops no other.',
    args: { input: t.arg({ type: PauseWorkspacesInput, required: true, description: 'Which ones, and how.' }) },
    resolve: (_, { input }, context) => pauseMany(context, input, true),
  }),
  startWorkspaces: t.field({
    type: StartWorkspacesPayload,
    description:
      'Asks many paused workspaces to start, some at a time. What goes wrong with one is told in its result, and stops no other.',
    args: { input: t.arg({ type: StartWorkspacesInput, required: true, description: 'Which ones, and how.' }) },
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
      throw failure('BAD_REQUEST', 'input.names needs input.namespace, and goes without input.filter.');
    if (names.length > MOST_NAMES)
      throw failure('BAD_REQUEST', `input.names may have ${MOST_NAMES} entries, got ${names.length}.`);
    return [...new Set(names)].map((name) => ({ namespace, name }));
  }
  if (!filter) throw failure('BAD_REQUEST', 'One of input.names and input.filter must be given.');
  const matching = (await client.reader.list(Workspace, namespace)).filter(workspaceMatcher(filter));
  return inOrder(matching, workspaceOrdering(null)).map(({ item: { metadata } }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  }));
}

async function pauseOne(context: Context, place: Place, paused: boolean, dryRun: boolean): Promise<PausingResult> {
  const { namespace, name } = place;
  try {
    const { object, warnings } = await setPaused(context, { namespace, name }, paused, dryRun);
    return { namespace, name, workspace: object, warnings, code: undefined, message: undefined };
  } catch (error) {
    const { message, extensions } = publicError(error, context.gateway.onUnexpected);
    return { namespace, name, workspace: undefined, warnings: [], code: String(extensions['code']), message };
  }
}
