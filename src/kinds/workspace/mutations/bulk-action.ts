import { builder, type InputFields, type TypeRef } from '../../../graphql/builder.ts';
import type { BulkActionEvent, BulkActionState, BulkActionStatus } from '../../../graphql/bulk-actions.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import type { ObjectWrite } from '../../../graphql/operation-record.ts';
import type { NamespacedName } from '../../../kubernetes/object.ts';
import { UnsharedSubscription } from '../../../subscriptions/unshared-subscription.ts';
import {
  outcomeOf,
  warningsOf,
  WorkspaceResult,
  forEachConcurrently,
  type WorkspaceOutcome,
  type WorkspaceWrite,
} from './many.ts';

const BulkActionStateEnum = builder.enumType('BulkActionState', {
  description: 'State of a bulk action.',
  values: {
    RUNNING: { description: 'Workspaces are being written.' },
    COMPLETED: { description: 'There is a result for each workspace.' },
    CANCELLED: { description: '`cancelBulkAction` ended it. Workspaces without a result have not been changed.' },
    INTERRUPTED: {
      description:
        'The gateway was shut down. Workspaces without a result have not been changed: repeat the mutation for them.',
    },
  } as const satisfies Record<BulkActionState, object>,
});

const BulkActionType = builder.objectRef<BulkActionStatus>('BulkAction').implement({
  description:
    'A mutation of several workspaces that goes on without its request, at one moment. It belongs to the viewer who has started it, and is in the memory of one replica of the gateway, until 10 minutes after its end.',
  fields: (t) => ({
    actionId: t.exposeID('actionId', { description: 'The `actionId` of the mutation.' }),
    mutation: t.exposeString('mutation', { description: 'Name of the mutation, such as `pauseWorkspaces`.' }),
    dryRun: t.exposeBoolean('dryRun', { description: 'Whether the action is a dry run, which stores nothing.' }),
    state: t.field({ type: BulkActionStateEnum, description: 'State of the action.', resolve: ({ state }) => state }),
    total: t.exposeInt('total', { description: 'Number of workspaces.' }),
    succeeded: t.exposeInt('succeeded', {
      description: 'Number of workspaces for which the operation has succeeded so far.',
    }),
    failed: t.exposeInt('failed', {
      description: 'Number of workspaces for which the operation has failed so far.',
    }),
    startedAt: t.field({
      type: 'DateTime',
      description: 'Time of the start.',
      resolve: ({ startedAt }) => startedAt.toISOString(),
    }),
    endedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the end. Null while it runs.',
      resolve: ({ endedAt }) => endedAt?.toISOString() ?? null,
    }),
  }),
});

const BulkActionEventType = builder.objectRef<BulkActionEvent>('BulkActionEvent').implement({
  description: 'Progress of a bulk action.',
  fields: (t) => ({
    action: t.field({ type: BulkActionType, description: 'The action.', resolve: ({ status }) => status }),
    results: t.field({
      type: [WorkspaceResult],
      description:
        'Results since the previous event of the subscription, in the order in which they came; in the first event, all so far.',
      resolve: ({ outcomes }) => [...outcomes],
    }),
    warnings: t.stringList({
      description: 'Warnings of the API server in these results, each with the namespace and name of its workspace.',
      resolve: ({ outcomes }) => warningsOf(outcomes),
    }),
  }),
});

/** Input field that makes a mutation of several workspaces go on without its request. */
export function actionIdField(t: InputFields) {
  return t.id({
    description:
      'Identifier that you choose, such as a UUID, to run the mutation as a bulk action: it returns when the workspaces are selected, with `action` and without results, and continues even if you disconnect. Subscribe to `bulkAction` with the same id. ALREADY_EXISTS if you have an action with this id, so a repeated request does not act twice. Null to wait for the results.',
  });
}

/** Adds the field that names the bulk action to the payload of a mutation of several workspaces. */
export function actionField(payload: TypeRef<ManyWritten>): void {
  builder.objectField(payload, 'action', (t) =>
    t.field({
      type: BulkActionType,
      nullable: true,
      description: 'The bulk action that was started. Null without `actionId`.',
      resolve: ({ action }) => action ?? null,
    }),
  );
}

const actionIdArg = { required: true, description: 'The `actionId` of the mutation.' } as const;

builder.subscriptionField('bulkAction', (t) =>
  t.field({
    type: BulkActionEventType,
    description:
      'Sends the progress of a bulk action of yours, at most four times a second, and completes when it has ended. It can be subscribed to again at any time until 10 minutes after the end. NOT_FOUND for other ids, for actions of other viewers, and on another replica of the gateway than the one that has started the action: use the same WebSocket for both.',
    args: { actionId: t.arg.id(actionIdArg) },
    subscribe: (_, { actionId }, { gateway, viewer }) => {
      const action = gateway.bulkActions.get(viewer.name, actionId);
      const events = (signal: AbortSignal) => action.events(signal);
      return new UnsharedSubscription(events, { isLog: false, isIncremental: true });
    },
    resolve: (event, _, { viewer }) => {
      if (event.owner === viewer.name) return event;
      throw failure('FORBIDDEN', 'Your credentials are now those of another user, who has not started the action.');
    },
  }),
);

const CancelBulkActionInput = builder.inputType('CancelBulkActionInput', {
  description: 'Bulk action to cancel.',
  fields: (t) => ({ actionId: t.id(actionIdArg) }),
});

const CancelBulkActionPayload = builder.objectRef<BulkActionStatus>('CancelBulkActionPayload').implement({
  description: 'Result of cancelBulkAction.',
  fields: (t) => ({
    action: t.field({
      type: BulkActionType,
      description: 'The action. It may still be RUNNING, until the writes in progress have a result.',
      resolve: (status) => status,
    }),
    warnings: t.stringList({
      description: 'Always empty: those of the workspaces are in the events of the action.',
      resolve: () => [],
    }),
  }),
});

builder.mutationField('cancelBulkAction', (t) =>
  t.field({
    type: CancelBulkActionPayload,
    nullable: true,
    description:
      'Ends a bulk action of yours after the writes in progress. Workspaces that were changed stay changed. NOT_FOUND as for the subscription `bulkAction`.',
    args: { input: t.arg({ type: CancelBulkActionInput, required: true, description: 'The action.' }) },
    resolve: (_, { input }, { gateway, viewer }) => {
      const action = gateway.bulkActions.get(viewer.name, input.actionId);
      action.stop('CANCELLED');
      return action.status;
    },
  }),
);

/** Outcomes of a mutation of several workspaces or, with an id, the action that it has started. */
export interface ManyWritten {
  readonly outcomes: readonly WorkspaceOutcome[];
  readonly action?: BulkActionStatus;
}

interface ManyWrites<P> {
  /** Name of the mutation. */
  readonly mutation: string;
  readonly input: { readonly dryRun: boolean; readonly actionId?: string | number | null | undefined };
  readonly select: () => Promise<readonly P[]>;
  readonly write: WorkspaceWrite<P>;
}

/** Cost of the write of one workspace. A hundred fields of an operation may each name a thousand workspaces. */
const WRITE_COST = 100;

/**
 * Writes the selected workspaces, as a bulk action if the input has an id.
 * @throws {GraphQLError} the error of `select`, or why the action cannot start
 * @throws {StatusError} 400 BadRequest if the writes exceed the limit of the operation's cost
 */
export async function writeMany<P extends NamespacedName>(
  context: Context,
  { mutation, input: { dryRun, actionId }, select, write }: ManyWrites<P>,
): Promise<ManyWritten> {
  const { viewer, gateway } = context;
  const { requestId } = context.record ?? {};
  const audited = { requestId, viewer: viewer.name, mutation, kind: 'Workspace', dryRun };
  const outcome = async (current: Context, at: P) => {
    const ended = await outcomeOf(current, at, write);
    gateway.onObjectWrite({ ...audited, namespace: at.namespace, name: at.name, error: errorOf(ended) });
    return ended;
  };
  const selectForCost = async () => {
    const objects = await select();
    context.client.cost.add(objects.length * WRITE_COST);
    return objects;
  };
  if (typeof actionId !== 'string')
    return { outcomes: await forEachConcurrently(await selectForCost(), (at) => outcome(context, at)) };
  const start = { owner: viewer.name, actionId, mutation, dryRun };
  gateway.bulkActions.assertCanStart(start.owner, actionId);
  const { signal } = new AbortController(); // nothing cancels a write
  const action = gateway.bulkActions.start(start, await selectForCost(), (at) =>
    // In a context of its own, which has memoized no decision: permissions may be revoked meanwhile.
    outcome(context.withFreshAuthorization(-Infinity, signal), at),
  );
  return { outcomes: [], action: action.status };
}

function errorOf({ code, message = '' }: WorkspaceOutcome): ObjectWrite['error'] {
  return code && { code, message };
}
