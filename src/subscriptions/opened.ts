import {
  createSourceEventStream,
  validateSubscriptionArgs,
  type ExecutionArgs,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Context } from '../graphql/context.ts';
import { readsOf } from '../graphql/reads.ts';
import { shortDigestOf } from './cursor.ts';
import { LiveSource } from './live-source.ts';
import { PrivateStream } from './private-stream.ts';

export type SubscribeArgs = ExecutionArgs & { readonly contextValue: Context };

/** A subscription that the cluster allows, as things are now. */
export interface Opened {
  readonly source: LiveSource<KubernetesObject>;
  readonly validated: ValidatedSubscriptionArgs;
  readonly context: Context;
  /** When the cluster's authorizer was asked what the viewer sees, or later. */
  readonly since: number;
  /** Names what the viewer sees of all that the operation reads. */
  readonly sight: string;
  /** Whether its answers depend on who asks. */
  readonly forViewer: boolean;
}

/** A subscription of one client alone. */
export interface OpenedPrivately extends Pick<Opened, 'validated' | 'context'> {
  readonly privately: PrivateStream<unknown>;
}

/** The same as {@link openEither}, for a subscription that is shared. */
export async function open(args: SubscribeArgs, since: number): Promise<Opened> {
  const opened = await openEither(args, since);
  if ('privately' in opened) throw new TypeError('A subscription became private.');
  return opened;
}

/**
 * Finds out what there is to follow.
 * @param since only what the cluster's authorizer is asked from this moment on counts
 * @throws {GraphQLError} where the operation is not fit to be executed
 * @throws {StatusError} where the viewer may not, or it cannot be found out
 */
export async function openEither(args: SubscribeArgs, since: number): Promise<Opened | OpenedPrivately> {
  const context = args.contextValue.renewed(since);
  const { resources, forViewer } = readsOf(args.schema, args.document);
  const validated = validateSubscriptionArgs({ ...args, contextValue: context });
  if (!('schema' in validated)) throw firstOf(validated);
  await context.loaders.prepare(resources, 'follow');
  const source = await createSourceEventStream(validated);
  if (source instanceof LiveSource) {
    const sight = shortDigestOf(context.loaders.sight.signature);
    return { source, validated, context, since, sight, forViewer };
  }
  if (source instanceof PrivateStream) return { privately: source, validated, context };
  throw 'errors' in source && source.errors
    ? firstOf(source.errors)
    : new TypeError('A subscription field returned no LiveSource.');
}

function firstOf([first]: readonly Error[]): Error {
  return first ?? new TypeError('An operation failed without saying why.');
}
