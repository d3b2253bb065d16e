import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { dryRunField } from '../../../mutations/inputs.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { setPaused } from '../pausing.ts';
import { WorkspaceType } from '../refs.ts';
import { stateReachedField } from './state-reached.ts';
import { type Reached, waitFields, type Waiting, writeAndWait } from './wait-fields.ts';

type PausingPayload = WritePayload & Reached;

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
      dryRun: dryRunField(t),
      ...waitFields(t),
    }),
  });
}

function pausingPayload(name: string, description: string) {
  const payload = writePayload<PausingPayload>(name, { field: 'workspace', type: WorkspaceType, description });
  stateReachedField(payload);
  return payload;
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

interface PausingInput extends Waiting {
  readonly namespace: string;
  readonly name: string;
}

async function pauseOrStart(context: Context, input: PausingInput, paused: boolean): Promise<PausingPayload> {
  const { namespace, name, dryRun } = input;
  const at = { namespace, name };
  return writeAndWait(context, { at, write: () => setPaused(context, at, paused, dryRun) }, input);
}
