import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { NamespacedName } from '../../../kubernetes/object.ts';
import { dryRunField } from '../../../mutations/inputs.ts';
import { WorkspaceFilterInput } from '../filter.ts';
import { actionField, actionIdField, writeMany, type ManyWritten } from './bulk-action.ts';
import { matchingWorkspaces, MOST_WORKSPACES, warningsOf, WorkspaceResult } from './many.ts';
import { setPaused } from './pause.ts';

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
      names: t.stringList({ description: `Names of up to ${MOST_WORKSPACES} workspaces of the namespace.` }),
      filter: t.field({
        type: WorkspaceFilterInput,
        description: `Filter for workspaces, at most ${MOST_WORKSPACES} of which may match. \`{}\` for all that you may see.`,
      }),
      dryRun: dryRunField(t),
      actionId: actionIdField(t),
    }),
  });
}

function manyPayload(name: string, description: string) {
  const payload = builder.objectRef<ManyWritten>(name);
  payload.implement({
    description,
    fields: (t) => ({
      results: t.field({
        type: [WorkspaceResult],
        description:
          'Result for each workspace, in the order of `names`, or by namespace and name. Empty with `actionId`.',
        resolve: ({ outcomes }) => [...outcomes],
      }),
      succeeded: t.int({
        description: 'Number of workspaces for which the operation succeeded.',
        resolve: ({ outcomes }) => outcomes.filter(({ code }) => code === undefined).length,
      }),
      failed: t.int({
        description: 'Number of workspaces for which the operation failed.',
        resolve: ({ outcomes }) => outcomes.filter(({ code }) => code !== undefined).length,
      }),
      warnings: t.stringList({
        description: 'Warnings of the API server, each with the namespace and name of its workspace.',
        resolve: ({ outcomes }) => warningsOf(outcomes),
      }),
    }),
  });
  actionField(payload);
  return payload;
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

function pauseMany(context: Context, input: ManyInput, paused: boolean): Promise<ManyWritten> {
  return writeMany(context, {
    mutation: paused ? 'pauseWorkspaces' : 'startWorkspaces',
    input,
    select: () => namesOf(context, input),
    write: (writing, at) => setPaused(writing, at, { paused, dryRun: input.dryRun }),
  });
}

async function namesOf(context: Context, { namespace, names, filter }: ManyInput): Promise<readonly NamespacedName[]> {
  if (names) {
    if (!namespace || filter)
      throw failure('BAD_REQUEST', 'Expected input.namespace and no input.filter, since input.names is given.');
    if (names.length > MOST_WORKSPACES)
      throw failure('BAD_REQUEST', `Expected at most ${MOST_WORKSPACES} entries in input.names, got ${names.length}.`);
    return [...new Set(names)].map((name) => ({ namespace, name }));
  }
  if (!filter) throw failure('BAD_REQUEST', 'Expected input.names or input.filter, got neither.');
  const matching = await matchingWorkspaces(context, { namespace, filter });
  return matching.map(({ metadata }) => ({ namespace: metadata.namespace ?? '', name: metadata.name }));
}
