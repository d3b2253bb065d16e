import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import type { ApiObject } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import { listPage } from './list.ts';
import { parseListOptions, parseResourceVersion, type ParsedListOptions } from './request-options.ts';
import { objectResponse, type BodyResponse, type WatchResponse } from './response.ts';
import { transformList, transformObject, negotiateOutput, type NegotiatedOutput } from './negotiation.ts';
import type { IncomingRequest } from './request.ts';
import { parseSelectionPredicate } from './selection-predicate.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import { notFoundError, ApiStatusError, resourceVersionTooLargeError } from './status.ts';
import {
  filterChange,
  type EventWriter,
  type Watcher,
  type WatchBroadcaster,
  type WatchSink,
} from './watch-broadcaster.ts';

/** Returns the stored object. @throws {ApiStatusError} 404 if there is none */
export function getExisting(
  cluster: SimulatedCluster,
  resource: ServedResource,
  { namespace, name = '' }: Named,
): ApiObject {
  const found = cluster.storage.get(storageKeyOf(resource), { namespace, name });
  if (!found) throw notFoundError(resource, name);
  return found;
}

interface Named {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** Handles get. @throws {ApiStatusError} 404, or 504 for a resourceVersion in the future */
export function handleGet(cluster: SimulatedCluster, resource: ServedResource, request: IncomingRequest): BodyResponse {
  const representation = negotiateOutput(request.headers.accept, request.query);
  const asked = parseResourceVersion(request.query.get('resourceVersion') ?? '') ?? 0;
  if (asked > cluster.storage.version) throw resourceVersionTooLargeError(asked, cluster.storage.version);
  const object = getExisting(cluster, resource, request);
  return objectResponse(200, transformObject(object, resource, representation), representation);
}

/** Handles list. @throws {ApiStatusError} for invalid options or selectors, 410 or 504 for the version */
export function handleList(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const representation = negotiateOutput(request.headers.accept, request.query);
  const options = parseListOptions(request.query, cluster.behaviour.streamingLists);
  const hasSelector = ['labelSelector', 'fieldSelector'].some((selector) => request.query.get(selector));
  const matches = parseSelectionPredicate(resource, request);
  const page = listPage(cluster.storage, { storageKey: storageKeyOf(resource), matches, hasSelector, options });
  return objectResponse(200, transformList(page, resource, representation), representation);
}

/** Validates the watch before its stream opens. @throws {ApiStatusError} for invalid options, selectors or versions */
export function handleWatch(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): WatchResponse {
  const representation = negotiateOutput(request.headers.accept, request.query);
  const options = parseListOptions(request.query, cluster.behaviour.streamingLists);
  const matches = parseSelectionPredicate(resource, request);
  const { resourceVersion = 0 } = options;
  if (cluster.behaviour.expiredWatch === 'status' && replays(options))
    cluster.storage.changesSince(storageKeyOf(resource), resourceVersion);
  const writer = createEventWriter(resource, representation);
  const open = (sink: WatchSink): Watcher => {
    const watcher: Watcher = {
      request,
      storageKey: storageKeyOf(resource),
      since: Math.max(resourceVersion, cluster.storage.version),
      matches,
      bookmarks: options.allowWatchBookmarks && !isServedFromStorage(resource),
      writer,
      sink,
    };
    startWatch(cluster, watcher, options);
    return watcher;
  };
  return { type: 'watch', timeoutMs: timeoutMs(options), open };
}

/** kube-apiserver serves Events from etcd, without periodic bookmarks: it has no watch cache for them. */
function isServedFromStorage({ plural }: ServedResource): boolean {
  return plural === 'events';
}

/** Sends initial or missed events and registers the watcher in the same turn, so that no change is lost between. */
function startWatch({ storage, watches }: SimulatedCluster, watcher: Watcher, options: ParsedListOptions): void {
  const { writer, matches, storageKey } = watcher;
  watches.add(watcher);
  const { resourceVersion = 0, sendInitialEvents } = options;
  if (sendInitialEvents && resourceVersion > storage.version)
    return endWithError(watches, watcher, resourceVersionTooLargeError(resourceVersion, storage.version));
  const objects = replays(options) ? [] : storage.list(storageKey).filter(matches);
  for (const object of objects) watches.send(watcher, writer.event('ADDED', object));
  if (sendInitialEvents && options.allowWatchBookmarks) watches.send(watcher, writer.bookmark(storage.version, true));
  if (!replays(options)) return;
  try {
    for (const change of storage.changesSince(storageKey, resourceVersion)) {
      const seen = filterChange(matches, change);
      if (seen) watches.send(watcher, writer.event(seen.type, seen.object));
    }
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
    endWithError(watches, watcher, error);
  }
}

/** Sends an ERROR event and ends the stream. */
function endWithError(watches: WatchBroadcaster, watcher: Watcher, error: ApiStatusError): void {
  watcher.sink.write(watcher.writer.error(error));
  watches.close(watcher);
  watcher.sink.end();
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whether the watch resumes from a version instead of sending all objects first. */
function replays({ resourceVersion = 0, sendInitialEvents }: ParsedListOptions): boolean {
  return resourceVersion > 0 && !sendInitialEvents;
}

/** By default between 30 and 60 minutes, like kube-apiserver. */
function timeoutMs({ timeoutSeconds = 0 }: ParsedListOptions): number {
  return timeoutSeconds > 0 ? Math.min(timeoutSeconds * 1000, LONGEST_TIMER_MS) : (1 + Math.random()) * 30 * 60_000;
}

function createEventWriter(resource: ServedResource, representation: NegotiatedOutput): EventWriter {
  const apiVersion = apiVersionOf(resource);
  return {
    key: `${apiVersion} ${representation.key}`,
    event: (type, object) => line(type, transformObject(object, resource, representation)),
    bookmark(version, initialEventsEnd) {
      const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
      const metadata = { resourceVersion: String(version), ...annotations };
      return line('BOOKMARK', { kind: resource.kind, apiVersion, metadata });
    },
    error: ({ status }) => line('ERROR', status),
  };
}

function line(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}
