import { GraphQLError } from 'graphql';
import { EMPTY_SCOPE } from '../../src/auth/visibility-scope.ts';
import type { Store } from '../../src/cache/store.ts';
import { SubscriptionCounters } from '../../src/graphql/subscription-statistics.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { defineResource } from '../../src/kubernetes/resource.ts';
import { decodeStreamCursor, encodeStreamCursor, INITIAL_POSITION } from '../../src/subscriptions/cursor.ts';
import type { ExecuteEvent, SerializedEvent } from '../../src/subscriptions/result-template.ts';
import { SharedSubscription } from '../../src/subscriptions/shared-subscription.ts';
import { SubscriptionSource } from '../../src/subscriptions/source.ts';
import { ScopedLister } from '../../src/viewer-client/scoped-lister.ts';
import { widgetObject } from './widget-object.ts';
import type { WidgetObject } from './widget.ts';

export const Widget = defineResource<KubernetesObject>({
  kind: 'Widget',
  group: 'example.org',
  version: 'v1',
  plural: 'widgets',
  namespaced: true,
});

export const Theme = defineResource<KubernetesObject>({ ...Widget, kind: 'Theme', plural: 'themes' });

export const colorOf = (object: KubernetesObject) => (object as WidgetObject).spec.color;
const isRed = (object: KubernetesObject) => colorOf(object) === 'red';
export const at = (name: string, version: number, color?: string) =>
  widgetObject(name, { resourceVersion: `${version}` }, color);

/** Longer than a turn of the event loop, so that each evaluation waits for another turn. */
const EVALUATION_MS = 8;

const VISIBILITY = { objects: 'all', related: {} };

/** The machine may be busy. */
export const WAIT = { timeout: 30_000 };

/** Turns are measured in CPU time, so that other processes of the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

interface SubscriptionOptions {
  readonly shape?: 'events' | 'object';
  readonly matches?: (object: KubernetesObject) => boolean;
  /** Objects that `matches` reads. A change of one concerns all widgets. */
  readonly related?: ScopedLister<KubernetesObject>;
}

/** Options of a subscription to the red widgets. */
export const RED: SubscriptionOptions = { matches: isRed };

/** A lister of all objects of a store. */
export function listerOf(store: Store<KubernetesObject>) {
  return new ScopedLister({
    scope: { full: 'all', redacted: EMPTY_SCOPE },
    cached: { store, changesSince: async () => undefined },
  });
}

/** Returns an execution that is longer than a turn, after the function by the name of the object. */
function executeAfter(beforeEvaluation: ReadonlyMap<string, () => void>): ExecuteEvent {
  return async ({ type, object, cursor }) => {
    const name = object?.metadata.name ?? null;
    beforeEvaluation.get(name ?? '')?.();
    const end = cpuMs() + EVALUATION_MS;
    while (cpuMs() < end);
    return { data: { widgets: { type, cursor, name } } };
  };
}

/** Returns a client that keeps its events, such as `ADDED a`, and their cursors. */
function receiverOf(shape: SubscriptionOptions['shape']) {
  const sent: string[] = [];
  const cursors: string[] = [];
  const send = ({ text, cursor }: SerializedEvent) => {
    cursors.push(cursor);
    const { type, name } = (JSON.parse(text) as { data: { widgets: { type: string; name: string | null } } }).data
      .widgets;
    if (shape === 'object') sent.push(`${name}`);
    else sent.push(name === null ? type : `${type} ${name}`);
  };
  return { sent, cursors, lastCursor: () => cursors.at(-1) ?? '', send };
}

function sourceOf(
  store: Store<KubernetesObject>,
  { shape = 'events', matches = () => true, related }: SubscriptionOptions,
): SubscriptionSource<KubernetesObject> {
  const objects = listerOf(store);
  const candidates = () => objects.list();
  return new SubscriptionSource({
    objects,
    shape,
    selection: 'widgets',
    candidates,
    matches,
    related: related ? [{ objects: related, dependentsOf: candidates }] : [],
  });
}

/**
 * A shared subscription to the matching widgets of a store, with functions that run before an object, or null (by the name ''), is
 * evaluated.
 */
export function subscribeTo(store: Store<KubernetesObject>, options: SubscriptionOptions = {}) {
  const counters = new SubscriptionCounters();
  const beforeEvaluation = new Map<string, () => void>();
  const subscription = new SharedSubscription({
    source: sourceOf(store, options),
    execute: executeAfter(beforeEvaluation),
    viewer: 'ann',
    related: [],
    visibility: VISIBILITY,
    publicError: (error) => new GraphQLError(String(error)),
    counters,
    maxCharacters: Infinity,
    addBytes: () => undefined,
    onEmpty: () => undefined,
  });
  const { send, ...received } = receiverOf(options.shape);
  return {
    subscription,
    beforeEvaluation,
    counters,
    ...received,
    join: (after?: string, sink: { ready: boolean } = { ready: true }) =>
      subscription.join(
        Object.assign(sink, { send, end: () => undefined }),
        after === undefined ? undefined : decodeStreamCursor('widgets', 'lists', after),
        () => undefined,
      ),
  };
}

/** The liveCursor of a list at a version. */
export const listCursor = (version: string) =>
  encodeStreamCursor('lists', { ...INITIAL_POSITION, version, changedVersion: version, visibility: VISIBILITY });
