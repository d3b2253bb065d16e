import { builder, type InputFields } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { dryRunField, writeOptionsOf } from '../../mutations/inputs.ts';
import { patchFields, patchOf } from '../../mutations/patch.ts';
import { writePayload, type WritePayload } from '../../mutations/payload.ts';
import { type Action, commandTo, assertEffective, VolcanoCommand } from './command.ts';
import { VolcanoJobType } from './refs.ts';
import { VolcanoJob } from './resource.ts';

function nameFields(t: InputFields) {
  return {
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
  };
}

const PatchInput = builder.inputType('PatchVolcanoJobInput', {
  description:
    'A change of a Volcano job. Labels and annotations are free; of its spec Volcano lets `minAvailable`, `maxRetry` and its tasks’ `replicas`, `minAvailable` and `maxRetry` be changed. Most clusters answer STRATEGIC with UNSUPPORTED_MEDIA_TYPE, naming what they take.',
  fields: (t) => ({ ...nameFields(t), ...patchFields(t) }),
});
const SuspendInput = commandInput('SuspendVolcanoJobInput', 'Which Volcano job to suspend.');
const ResumeInput = commandInput('ResumeVolcanoJobInput', 'Which Volcano job to resume.');

function commandInput(name: string, description: string) {
  return builder.inputType(name, { description, fields: (t) => ({ ...nameFields(t), dryRun: dryRunField(t) }) });
}

const PatchPayload = payload('PatchVolcanoJobPayload', 'A Volcano job that has been patched.');
const SuspendPayload = payload('SuspendVolcanoJobPayload', 'A Volcano job that has been told to stop.');
const ResumePayload = payload('ResumeVolcanoJobPayload', 'A Volcano job that has been told to go on.');

function payload(name: string, description: string) {
  return writePayload(name, { field: 'volcanoJob', type: VolcanoJobType, description });
}

builder.mutationFields((t) => ({
  patchVolcanoJob: t.field({
    type: PatchPayload,
    description: 'Changes parts of a Volcano job; what the patch leaves out stays.',
    args: { input: t.arg({ type: PatchInput, required: true, description: 'Which, and what.' }) },
    resolve: (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      const options = { ...writeOptionsOf(input), force: input.force };
      return client.writer.patch(VolcanoJob, at, patchOf(input, VolcanoJob, at), options);
    },
  }),
  suspendVolcanoJob: t.field({
    type: SuspendPayload,
    description:
      'Tells Volcano to stop a job: its pods go, and it can be resumed. It has heard when the phase is `Aborting` or `Aborted`. CONFLICT where it is stopping or has ended already. Needs the right to create commands.bus.volcano.sh.',
    args: { input: t.arg({ type: SuspendInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, context) => command(context, 'AbortJob', input),
  }),
  resumeVolcanoJob: t.field({
    type: ResumePayload,
    description:
      'Tells Volcano to let a suspended job go on. It has heard when the phase is `Restarting` and what comes after. CONFLICT where it is not suspended. Needs the right to create commands.bus.volcano.sh.',
    args: { input: t.arg({ type: ResumeInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, context) => command(context, 'ResumeJob', input),
  }),
}));

interface CommandInput {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
}

async function command({ client }: Context, action: Action, { dryRun, ...at }: CommandInput): Promise<WritePayload> {
  const { namespace } = at;
  const job = await client.reader.getUncached(VolcanoJob, at);
  assertEffective(action, job);
  const { warnings } = await client.writer.create(VolcanoCommand, commandTo(action, job), { namespace, dryRun });
  return { object: job, warnings };
}
