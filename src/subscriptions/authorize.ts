import {
  createSourceEventStream,
  validateSubscriptionArgs,
  type ExecutionArgs,
  type ValidatedSubscriptionArgs,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';
import { coercionOptions } from '../graphql/variables.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { shortHash, visibilityOf, type Visibility } from './cursor.ts';
import { SubscriptionSource } from './source.ts';
import { UnsharedSubscription } from './unshared-subscription.ts';

export type SubscribeArgs = ExecutionArgs & { readonly contextValue: Context };

/** A validated subscription, with what its viewer was allowed to see at one moment. */
export interface AuthorizedSubscription {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly validated: ValidatedSubscriptionArgs;
  readonly context: Context;
  /** When the authorization started, of `performance.now`. */
  readonly authorizedAt: number;
  /** Hash of the visibility scopes of all resources that the operation reads. Equal for viewers who see the same. */
  readonly visibilityHash: string;
  readonly visibility: Visibility;
  /** Whether a selected field depends on the viewer beyond visibility, such as `viewerCan`. */
  readonly viewerDependent: boolean;
}

/** The same for a subscription that is not a set of objects, such as a log or totals. */
export interface AuthorizedUnsharedSubscription extends Pick<
  AuthorizedSubscription,
  'validated' | 'context' | 'authorizedAt' | 'viewerDependent'
> {
  readonly unshared: UnsharedSubscription<unknown>;
}

interface AuthorizeConditions {
  /** Decisions of the authorizer that were due for a recheck at this time of `performance.now` are not accepted. */
  readonly notBefore: number;
  /** Cancels the access reviews and reads. */
  readonly signal: AbortSignal;
}

/**
 * Validates a subscription, asks the authorizer what its viewer may list and watch, and resolves the root field.
 * @throws {GraphQLError} if the operation cannot be executed
 * @throws {StatusError} FORBIDDEN, or why the authorizer or the cache cannot answer
 */
export async function authorizeSubscription(
  args: SubscribeArgs,
  { notBefore, signal }: AuthorizeConditions,
): Promise<AuthorizedSubscription | AuthorizedUnsharedSubscription> {
  const authorizedAt = performance.now();
  const context = args.contextValue.withReauthorization(notBefore, signal);
  const { resources, viewerDependent } = dependenciesOf(args.schema, args.document);
  const validated = validateSubscriptionArgs({ ...args, contextValue: context, options: coercionOptions });
  if (!('schema' in validated)) throw firstOf(validated);
  await context.client.reader.prefetch(resources, 'watch');
  const source = await createSourceEventStream(validated);
  if (source instanceof SubscriptionSource) {
    const { signature, prefetchedSignatures } = context.client.reader.visibility;
    const visibilityHash = shortHash(signature);
    const visibility = visibilityOf(source.objects.signature(), prefetchedSignatures);
    return { source, validated, context, authorizedAt, visibilityHash, visibility, viewerDependent };
  }
  if (source instanceof UnsharedSubscription)
    return { unshared: source, validated, context, authorizedAt, viewerDependent };
  throw 'errors' in source && source.errors
    ? firstOf(source.errors)
    : new TypeError('Expected a subscription field to return a SubscriptionSource or an UnsharedSubscription.');
}

/** Like {@link authorizeSubscription}, for a subscription that was an unshared one when it was first authorized. */
export async function authorizeUnshared(
  args: SubscribeArgs,
  conditions: AuthorizeConditions,
): Promise<AuthorizedUnsharedSubscription> {
  const authorized = await authorizeSubscription(args, conditions);
  if ('unshared' in authorized) return authorized;
  throw new TypeError(
    'Expected an UnsharedSubscription, got a SubscriptionSource: a field must always return the same kind of source.',
  );
}

/** Like {@link authorizeSubscription}, for an operation that was a shared subscription when it was first authorized. */
export async function authorizeShared(
  args: SubscribeArgs,
  conditions: AuthorizeConditions,
): Promise<AuthorizedSubscription> {
  const authorized = await authorizeSubscription(args, conditions);
  if ('unshared' in authorized)
    throw new TypeError(
      'Expected a SubscriptionSource, got an UnsharedSubscription: a field must always return the same kind of source.',
    );
  return authorized;
}

function firstOf([first]: readonly Error[]): Error {
  return first ?? new TypeError('Expected an error of a failed operation, got none.');
}
