import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { failure } from '../../graphql/errors.ts';
import { UnsharedSubscription } from '../../subscriptions/unshared-subscription.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { objectArgs } from '../../graphql/object-args.ts';
import { dependsOn, resolvedOnce } from '../../graphql/field-dependencies.ts';
import type { OperationCost } from '../../viewer-client/operation-cost.ts';
import type { FollowedPod, FollowOptions, LogLine, PodLogs } from '../../viewer-client/pod-logs.ts';
import { containerNamesOf, podNameOf, workspacePodOf, type WorkspacePodParts } from '../workspace/pod.ts';
import { Workspace } from '../workspace/resource.ts';
import { Pod } from './resource.ts';

const MAX_TAIL_LINES = 10_000;
/** Maximum length of the result of a query in characters. A longer log is cut at its start. */
const MAX_RESULT_LENGTH = 8 * 1024 * 1024;
/** Characters of the result of a query that cost 1, so that the logs of one operation are bounded together. */
const COST_CHARACTERS = 64;
const MAIN_CONTAINER = 'main';

const LogLineType = builder.objectRef<LogLine>('LogLine').implement({
  description: 'Line of a container’s log.',
  fields: (t) => ({
    time: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the line, with up to nanosecond precision. Null if the kubelet recorded none.',
      resolve: ({ time }) => timestampOf(time ?? undefined),
    }),
    text: t.exposeString('text', { description: 'Text of the line without its line break, at most 16 Ki characters.' }),
    truncated: t.exposeBoolean('truncated', { description: 'True if `text` was cut.' }),
  }),
});

const logArgs = builder.args((t) => ({
  container: t.string({
    description:
      'Name of the container or init container. Null for `main`, or for the first container if there is no `main`.',
  }),
  tailLines: t.int({
    required: true,
    defaultValue: 1_000,
    description: `Number of existing lines to return, from the end of the log: 1 to ${MAX_TAIL_LINES}. BAD_REQUEST if it is out of range.`,
  }),
  sinceTime: t.field({ type: 'DateTime', description: 'Time of the earliest line. Null for no limit.' }),
  previous: t.boolean({
    required: true,
    defaultValue: false,
    description: 'True for the log of the previous run, e.g. of a container that crashed.',
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

const LIMIT = 'RATE_LIMITED beyond `MAX_LOG_STREAMS_PER_VIEWER`.';
const PERMISSION =
  'Requires `get` of `pods/log` in the namespace, and `get` of the workspace. CONFLICT if the workspace has no pod.';

builder.queryField('workspaceLogs', (t) =>
  t.field({
    type: [LogLineType],
    description: `Last lines of the log of a workspace’s container, at most 8 Mi characters. 64 characters cost as much as a field. ${LIMIT} ${PERMISSION}`,
    args: { ...objectArgs, ...logArgs },
    extensions: resolvedOnce(Pod),
    resolve: async (_, args, context) => {
      using _counted = context.gateway.logReads.enter(context.viewer.name);
      const { logs, pod, options } = await logOf(args, context);
      return await lastOf(logs.read(pod.name, { ...options, signal: context.signal }), context.client.cost);
    },
  }),
);

builder.subscriptionField('workspaceLogs', (t) =>
  t.field({
    type: [LogLineType],
    description: `Log of a workspace’s container in batches of lines, each once and in order, paced by the client. Completes when the container terminates. EXPIRED if the client reads so slowly that its next line is no longer in the log. ${LIMIT} ${PERMISSION}`,
    args: {
      ...objectArgs,
      ...logArgs,
      follow: t.arg.boolean({
        required: true,
        defaultValue: true,
        description: 'True to continue with new lines. False to complete after the existing lines.',
      }),
    },
    extensions: dependsOn(Pod),
    subscribe: async (_, { follow, ...args }, context) => {
      const { logs, pod, options } = await logOf(args, context);
      const open = (stopped: AbortSignal) => {
        const signal = AbortSignal.any([stopped, context.signal]);
        return follow ? logs.follow(pod, options, signal) : logs.read(pod.name, { ...options, signal });
      };
      return new UnsharedSubscription(open, { isLog: true, isIncremental: true });
    },
    resolve: async (lines, { namespace }, { client }) => {
      await client.reader.logs(namespace); // throws FORBIDDEN if the permission has been revoked
      return [...lines];
    },
  }),
);

interface LogSelection {
  readonly logs: PodLogs;
  readonly pod: FollowedPod;
  readonly options: FollowOptions;
}

/** Checks the permission first, so that errors do not disclose which workspaces exist. */
async function logOf(
  { namespace, name, container, tailLines, sinceTime, previous }: LogArgs,
  { client }: Context,
): Promise<LogSelection> {
  const logs = await client.reader.logs(namespace);
  if (tailLines < 1 || tailLines > MAX_TAIL_LINES)
    throw failure('BAD_REQUEST', `Expected tailLines to be from 1 to ${MAX_TAIL_LINES}, got ${tailLines}.`);
  const workspace = await client.reader.get(Workspace, { namespace, name });
  if (!workspace) throw failure('NOT_FOUND', `Workspace ${namespace}/${name} not found.`);
  const pod = workspacePodOf(client.reader, workspace);
  if (!pod) throw failure('CONFLICT', `Workspace ${namespace}/${name} has no pod, so it has no log.`);
  const since = typeof sinceTime === 'number' ? new Date(sinceTime).toISOString() : undefined;
  const options = { container: containerOf(pod, container), tailLines, sinceTime: since, previous };
  return { logs, pod: { name: podNameOf(pod), uid: pod.pod?.metadata.uid }, options };
}

/** Undefined if the containers are unknown: the API server then uses the only container of the pod. */
function containerOf(pod: WorkspacePodParts, wanted: string | null | undefined): string | undefined {
  if (typeof wanted === 'string') return wanted;
  const names = containerNamesOf(pod);
  return names.includes(MAIN_CONTAINER) ? MAIN_CONTAINER : names[0];
}

/** Returns the last lines, up to {@link MAX_RESULT_LENGTH}. Charges the operation for the characters that it holds at once. */
async function lastOf(batches: AsyncIterable<readonly LogLine[]>, cost: OperationCost): Promise<LogLine[]> {
  const kept: { readonly lines: readonly LogLine[]; readonly length: number }[] = [];
  let [length, charged] = [0, 0];
  for await (const lines of batches) {
    const added = { lines, length: lines.reduce((sum, { text }) => sum + text.length, 0) };
    kept.push(added);
    length += added.length;
    while (length > MAX_RESULT_LENGTH && kept.length > 1) length -= kept.shift()?.length ?? 0;
    cost.add(Math.max(0, length - charged) / COST_CHARACTERS);
    charged = Math.max(charged, length);
  }
  return kept.flatMap(({ lines }) => lines);
}
