import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { dryRunField, nameFields, writeOptionsOf } from '../../mutations/inputs.ts';
import { withInputPaths } from '../../mutations/field-errors.ts';
import { patchFields, patchOf, patchPathsOf } from '../../mutations/patch.ts';
import { writePayload, type WritePayload } from '../../mutations/payload.ts';
import { assertEffective, commandTo, VolcanoCommand, type JobAction } from './command.ts';
import { VolcanoJobType } from './refs.ts';
import { jobSpecOf, jobStatusOf, VolcanoJob, type VolcanoJobObject } from './resource.ts';

const PatchInput = builder.inputType('PatchVolcanoJobInput', {
  description:
    'Input of patchVolcanoJob. Volcano allows changes of labels, annotations, `minAvailable`, `priorityClassName`, and `replicas` and `minAvailable` of tasks. A STRATEGIC patch usually fails with UNSUPPORTED_MEDIA_TYPE, because the kind is a custom resource.',
  fields: (t) => ({ ...nameFields(t, 'job'), ...patchFields(t) }),
});
const SuspendInput = commandInput('SuspendVolcanoJobInput', 'Input of suspendVolcanoJob.');
const ResumeInput = commandInput('ResumeVolcanoJobInput', 'Input of resumeVolcanoJob.');

function commandInput(name: string, description: string) {
  return builder.inputType(name, { description, fields: (t) => ({ ...nameFields(t, 'job'), dryRun: dryRunField(t) }) });
}

const payloadOptions = { field: 'volcanoJob', type: VolcanoJobType };
const PatchPayload = writePayload('PatchVolcanoJobPayload', payloadOptions);
const SuspendPayload = writePayload('SuspendVolcanoJobPayload', {
  ...payloadOptions,
  description: 'Result of suspendVolcanoJob: the job as it was when the command was created.',
});
const ResumePayload = writePayload('ResumeVolcanoJobPayload', {
  ...payloadOptions,
  description: 'Result of resumeVolcanoJob: the job as it was when the command was created.',
});

builder.mutationFields((t) => ({
  patchVolcanoJob: t.field({
    type: PatchPayload,
    nullable: true,
    description: 'Patches a Volcano job. Fields that the patch does not mention are kept.',
    args: { input: t.arg({ type: PatchInput, required: true, description: 'The job, and the patch.' }) },
    resolve: async (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      await client.assertCan('patch', VolcanoJob, at); // before the patch is parsed
      const options = { ...writeOptionsOf(input), force: input.force };
      const patch = await patchOf({ ...input, pauses: client.cost }, VolcanoJob, at);
      return withInputPaths(patchPathsOf(patch), client.writer.patch(VolcanoJob, at, patch, options));
    },
  }),
  suspendVolcanoJob: t.field({
    type: SuspendPayload,
    nullable: true,
    description:
      'Suspends a Volcano job: its pods are deleted, and it can be resumed. The change is asynchronous: the phase becomes `Aborting`, then `Aborted`. CONFLICT if the job is restarting or already stopping, has ended, or is being deleted. Requires `get` of the job and `create` of `commands.bus.volcano.sh`.',
    args: { input: t.arg({ type: SuspendInput, required: true, description: 'The job.' }) },
    resolve: (_, { input }, context) => command(context, 'AbortJob', input),
  }),
  resumeVolcanoJob: t.field({
    type: ResumePayload,
    nullable: true,
    description:
      'Resumes a suspended Volcano job. The change is asynchronous: the phase becomes `Restarting`. CONFLICT if the job is not suspended, or is being deleted. Requires `get` of the job and `create` of `commands.bus.volcano.sh`.',
    args: { input: t.arg({ type: ResumeInput, required: true, description: 'The job.' }) },
    resolve: (_, { input }, context) => command(context, 'ResumeJob', input),
  }),
}));

interface CommandInput {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun: boolean;
}

async function command({ client }: Context, action: JobAction, { dryRun, ...at }: CommandInput): Promise<WritePayload> {
  const { namespace } = at;
  const job = await client.reader.getUncached(VolcanoJob, at);
  assertEffective(action, job);
  const { warnings } = await client.writer.create(VolcanoCommand, commandTo(action, job), { namespace, dryRun });
  return { object: job, warnings: [...warnings, ...(action === 'ResumeJob' ? retryWarnings(job) : [])] };
}

/** Default of `maxRetry`. */
const MAX_RETRY = 3;

/** Volcano counts the resumption as a retry, and then fails a job that has no retries left. */
function retryWarnings(job: VolcanoJobObject): readonly string[] {
  const { retryCount = 0 } = jobStatusOf(job);
  const { maxRetry = MAX_RETRY } = jobSpecOf(job);
  if (retryCount + 1 < maxRetry) return [];
  return [
    `The job has used ${retryCount} of ${maxRetry} retries, and a resumption counts as one: Volcano fails the job instead of resuming it.`,
  ];
}
