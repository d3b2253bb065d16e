import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { failure } from '../../graphql/errors.ts';
import { UnsharedSubscription } from '../../subscriptions/unshared-subscription.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { objectArgs } from '../../graphql/object-args.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import type { LogLine, PodLogOptions, PodLogs } from '../../viewer-client/reader.ts';
import { containerNamesOf, podNameOf, workspacePodOf, type WorkspacePodParts } from '../workspace/pod.ts';
import { Workspace } from '../workspace/resource.ts';
import { Pod } from './resource.ts';

const MAX_TAIL_LINES = 10_000;
/** Of a longer answer the end is told: a query has one answer, and it has to fit into memory. */
const MAX_ANSWER_LENGTH = 8 * 1024 * 1024;
const MAIN_CONTAINER = 'main';

const LogLineType = builder.objectRef<LogLine>('LogLine').implement({
  description: 'One line that a container printed.',
  fields: (t) => ({
    time: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was printed, to the nanosecond where the node notes that. Null where it notes nothing.',
      resolve: ({ time }) => timestampOf(time ?? undefined),
    }),
    text: t.exposeString('text', { description: 'The line, without its end: at most 16 Ki characters of it.' }),
    truncated: t.exposeBoolean('truncated', { description: 'Whether there was more of it.' }),
  }),
});

const logArgs = builder.args((t) => ({
  container: t.string({ description: 'Which container or init container. Null: `main`, else the first.' }),
  tailLines: t.int({
    required: true,
    defaultValue: 1_000,
    description: `Only so many of the last lines that there are: 1 to ${MAX_TAIL_LINES}.`,
  }),
  sinceTime: t.field({ type: 'DateTime', description: 'Only what was printed since. Null: from the beginning.' }),
  previous: t.boolean({
    required: true,
    defaultValue: false,
    description: 'Of the run before the last restart: what a container printed before it crashed.',
  }),
}));

interface LogArgs {
  readonly namespace: string;
  readonly name: string;
  readonly container?: string | null | undefined;
  readonly tailLines: number;
  readonly sinceTime?: number | null | undefined;
  readonly previous: boolean;
}

const PERMISSION = 'It needs `get` of `pods/log` in the namespace, beside `get` of the workspace.';

builder.queryField('workspaceLogs', (t) =>
  t.field({
    type: [LogLineType],
    description: `The last lines that a container of a workspace has printed, 8 Mi characters at most. ${PERMISSION}`,
    args: { ...objectArgs, ...logArgs },
    extensions: dependsOn(Pod),
    resolve: async (_, args, context) => {
      const { logs, pod, options } = await logOf(args, context);
      return lastOf(logs.read(pod, { ...options, signal: context.signal }));
    },
  }),
);

builder.subscriptionField('workspaceLogs', (t) =>
  t.field({
    type: [LogLineType],
    description: `What a container of a workspace has printed and prints, a batch of lines at a time, as fast as you read. It completes when the container ends. ${PERMISSION}`,
    args: {
      ...objectArgs,
      ...logArgs,
      follow: t.arg.boolean({
        required: true,
        defaultValue: true,
        description: 'Go on with what is printed from now on. False: complete when all that there is has been told.',
      }),
    },
    extensions: dependsOn(Pod),
    subscribe: async (_, { follow, ...args }, context) => {
      const { logs, pod, options } = await logOf(args, context);
      return new UnsharedSubscription((signal) =>
        logs.read(pod, { ...options, follow, signal: AbortSignal.any([signal, context.signal]) }),
      );
    },
    resolve: async (lines, { namespace }, { client }) => {
      await client.reader.logs(namespace); // the permission may have been lost meanwhile
      return [...lines];
    },
  }),
);

/** Refused before it can be told from the answer what there is. */
async function logOf(
  { namespace, name, container, tailLines, sinceTime, previous }: LogArgs,
  { client }: Context,
): Promise<{ readonly logs: PodLogs; readonly pod: string; readonly options: Omit<PodLogOptions, 'signal'> }> {
  const logs = await client.reader.logs(namespace);
  if (tailLines < 1 || tailLines > MAX_TAIL_LINES)
    throw failure('BAD_REQUEST', `tailLines must be from 1 to ${MAX_TAIL_LINES}, got ${tailLines}.`);
  const workspace = await client.reader.get(Workspace, { namespace, name });
  if (!workspace) throw failure('NOT_FOUND', `There is no workspace ${name} in ${namespace}.`);
  const pod = workspacePodOf(client, workspace);
  if (!pod) throw failure('CONFLICT', `The workspace ${name} in ${namespace} has no pod now, so nothing prints.`);
  const since = typeof sinceTime === 'number' ? new Date(sinceTime).toISOString() : undefined;
  const options = { container: containerOf(pod, container), tailLines, sinceTime: since, previous };
  return { logs, pod: podNameOf(pod), options };
}

/** Undefined where it is not known what there is: the API server takes the only one. */
function containerOf(pod: WorkspacePodParts, wanted: string | null | undefined): string | undefined {
  if (typeof wanted === 'string') return wanted;
  const names = containerNamesOf(pod);
  return names.includes(MAIN_CONTAINER) ? MAIN_CONTAINER : names[0];
}

async function lastOf(batches: AsyncIterable<readonly LogLine[]>): Promise<LogLine[]> {
  const kept: { readonly lines: readonly LogLine[]; readonly length: number }[] = [];
  let length = 0;
  for await (const lines of batches) {
    const added = { lines, length: lines.reduce((sum, { text }) => sum + text.length, 0) };
    kept.push(added);
    length += added.length;
    while (length > MAX_ANSWER_LENGTH && kept.length > 1) length -= kept.shift()?.length ?? 0;
  }
  return kept.flatMap(({ lines }) => lines);
}
