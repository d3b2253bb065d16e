import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { failure } from '../../graphql/errors.ts';
import { setPaused } from './pausing.ts';
import { Workspace, type WorkspaceObject } from './resource.ts';
import { WorkspaceType } from './schema.ts';
import { stateOf, WorkspaceStateEnum, type WorkspaceState } from './state.ts';
import { waitForState } from './waiting.ts';

interface PausingPayload {
  readonly workspace: WorkspaceObject;
  readonly stateReached: boolean | null;
  readonly warnings: readonly string[];
}

const LONGEST_WAIT_SECONDS = 3_600;

const PauseWorkspaceInput = pausingInput('PauseWorkspaceInput', 'Which workspace to pause, and how.');
const StartWorkspaceInput = pausingInput('StartWorkspaceInput', 'Which workspace to start, and how.');
const PauseWorkspacePayload = pausingPayload('PauseWorkspacePayload', 'A workspace that has been asked to pause.');
const StartWorkspacePayload = pausingPayload('StartWorkspacePayload', 'A workspace that has been asked to start.');

function pausingInput(name: string, description: string) {
  return builder.inputType(name, {
    description,
    fields: (t) => ({
      namespace: t.string({ required: true, description: 'The namespace it is in.' }),
      name: t.string({ required: true, description: 'Its name.' }),
      dryRun: t.boolean({
        required: true,
        defaultValue: false,
        description: 'Go through everything, but change nothing.',
      }),
      waitFor: t.field({
        type: WorkspaceStateEnum,
        description: 'Answer only when it is in this state, or after `timeoutSeconds`. Null: at once.',
      }),
      timeoutSeconds: t.int({
        required: true,
        defaultValue: 60,
        description: `How long to wait at most: 0 to ${LONGEST_WAIT_SECONDS}.`,
      }),
    }),
  });
}

function pausingPayload(name: string, description: string) {
  return builder.objectRef<PausingPayload>(name).implement({
    description,
    fields: (t) => ({
      workspace: t.field({
        type: WorkspaceType,
        description: 'The workspace, as it was last seen.',
        resolve: ({ workspace }) => workspace,
      }),
      stateReached: t.boolean({
        nullable: true,
        description: 'Whether the state that was waited for has been seen. Null where none was.',
        resolve: ({ stateReached }) => stateReached,
      }),
      warnings: t.stringList({
        description: 'What the API server has to say although it agreed.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });
}

builder.mutationFields((t) => ({
  pauseWorkspace: t.field({
    type: PauseWorkspacePayload,
    description:
      'Asks a workspace to pause: its pod goes, its volumes stay. CONFLICT when it is asked to be paused already.',
    args: { input: t.arg({ type: PauseWorkspaceInput, required: true, description: 'Which workspace, and how.' }) },
    resolve: (_, { input }, context) => pauseOrStart(context, input, true),
  }),
  startWorkspace: t.field({
    type: StartWorkspacePayload,
    description:
      'Asks a paused workspace to start. CONFLICT unless its state is PAUSED: one that is still terminating has to be waited for.',
    args: { input: t.arg({ type: StartWorkspaceInput, required: true, description: 'Which workspace, and how.' }) },
    resolve: (_, { input }, context) => pauseOrStart(context, input, false),
  }),
}));

interface PausingInput {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
  readonly waitFor?: WorkspaceState | null | undefined;
  readonly timeoutSeconds: number;
}

async function pauseOrStart(context: Context, input: PausingInput, paused: boolean): Promise<PausingPayload> {
  const { namespace, name, dryRun, waitFor: state, timeoutSeconds } = input;
  if (timeoutSeconds < 0 || timeoutSeconds > LONGEST_WAIT_SECONDS) {
    throw failure('BAD_REQUEST', `timeoutSeconds must be from 0 to ${LONGEST_WAIT_SECONDS}, got ${timeoutSeconds}.`);
  }
  const followed = state ? await context.loaders.follow(Workspace, { namespace, name }) : undefined; // refused before anything is changed
  const { object: workspace, warnings } = await setPaused(context, { namespace, name }, paused, dryRun);
  if (!state || !followed) return { workspace, stateReached: null, warnings };
  if (dryRun) return { workspace, stateReached: stateOf(workspace) === state, warnings };
  const waited = await waitForState(followed, workspace, { state, timeoutSeconds, signal: context.signal });
  return { ...waited, warnings };
}
