import type { ServerResponse } from 'node:http';
import type { AnswerTransport } from '../scheduling/bytes-in-flight.ts';
import { STALLED } from './close-codes.ts';
import { IdentifiedResponse } from './server-response.ts';

/** Limits on the bytes that wait for slow clients. */
export interface FlowControlOptions {
  /** A connection with this number of unsent bytes gets no more events until its client has read. */
  readonly maxPendingBytes: number;
  /** Limit on the unsent bytes of all connections of a viewer. Beyond it each may hold {@link MIN_BUFFER_BYTES}. */
  readonly maxPendingBytesPerViewer: number;
  /** A client with pending bytes that takes none of them in this time is disconnected. */
  readonly slowReaderTimeoutMs: number;
}

/** A connection to one client, as flow control sees it: a WebSocket or a response of Server-Sent Events. */
export interface Transport extends AnswerTransport {
  /** Holds back writes until {@link uncork}. */
  cork(): void;
  uncork(): void;
}

/** A connection may always buffer this much, whatever the viewer's other connections hold, so that it makes progress. */
export const MIN_BUFFER_BYTES = 64 * 1024;

/** The flow controllers of all connections, grouped by viewer. Holds one entry per open connection. */
export class FlowControl {
  readonly options: FlowControlOptions;
  /** Called once per client that is disconnected because it stalled. */
  readonly onStalled: () => void;
  readonly #transportsByViewer = new Map<string, Set<Transport>>();

  constructor(options: FlowControlOptions, onStalled: () => void) {
    this.options = options;
    this.onStalled = onStalled;
  }

  /** Unsent bytes of all connections. */
  get pendingBytes(): number {
    let bytes = 0;
    for (const transports of this.#transportsByViewer.values())
      for (const transport of transports) bytes += transport.pendingBytes;
    return bytes;
  }

  /** Starts to count the connection against its viewer's limit. The caller disposes of the result when the connection closes. */
  open(transport: Transport, viewer: string): FlowController {
    const transports = this.#transportsByViewer.get(viewer) ?? new Set();
    transports.add(transport);
    this.#transportsByViewer.set(viewer, transports);
    return new FlowController(this, transport, viewer);
  }

  /** Returns the unsent bytes of all connections of a viewer. */
  pendingBytesOf(viewer: string): number {
    let bytes = 0;
    for (const { pendingBytes } of this.#transportsByViewer.get(viewer) ?? []) bytes += pendingBytes;
    return bytes;
  }

  /** Called when a flow controller is disposed of. */
  close(transport: Transport, viewer: string): void {
    const transports = this.#transportsByViewer.get(viewer);
    transports?.delete(transport);
    if (transports?.size === 0) this.#transportsByViewer.delete(viewer);
  }
}

/** The transport of an HTTP response. */
export class ResponseTransport implements AnswerTransport {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get pendingBytes(): number {
    return this.#response.writableLength;
  }

  get takenBytes(): number {
    const { socket } = this.#response;
    return socket ? socket.bytesWritten - socket.writableLength : 0;
  }

  get receivedBytes(): number | undefined {
    const { complete, socket } = this.#response.req;
    return complete ? undefined : socket.bytesRead;
  }

  closeStalled(): void {
    if (this.#response instanceof IdentifiedResponse && this.#response.record)
      this.#response.record.closeCode = STALLED;
    this.#response.destroy();
  }
}

/**
 * Back-pressure of one connection. Before each event, the sender reads {@link ready}; before each write, it calls {@link beforeWrite};
 * when the socket emits `drain`, it calls {@link drained}. A client that takes nothing for `slowReaderTimeoutMs` while
 * bytes wait for it is disconnected.
 */
export class FlowController {
  readonly #control: FlowControl;
  readonly #transport: Transport;
  readonly #viewer: string;
  /** Undefined until the client is slow: there is one for each connection, most of which never are. */
  #stallDetector: StallDetector | undefined;
  #isStalled = false;
  #isCorked = false;

  constructor(control: FlowControl, transport: Transport, viewer: string) {
    this.#control = control;
    this.#transport = transport;
    this.#viewer = viewer;
  }

  /**
   * Whether the next event may be written. False starts the stall detector: either {@link drained} follows, or the
   * client is disconnected.
   */
  get ready(): boolean {
    const { pendingBytes } = this.#transport;
    if (pendingBytes < MIN_BUFFER_BYTES) return true;
    // To add up the bytes of the viewer takes time in proportion to its connections, and all of them may wait.
    if (this.#stallDetector?.isRunning) return false;
    const { maxPendingBytes, maxPendingBytesPerViewer, slowReaderTimeoutMs } = this.#control.options;
    if (pendingBytes < maxPendingBytes && this.#control.pendingBytesOf(this.#viewer) < maxPendingBytesPerViewer)
      return true;
    this.#stallDetector ??= new StallDetector({
      takenBytes: () => this.#transport.takenBytes,
      timeoutMs: slowReaderTimeoutMs,
      onStalled: () => this.closeStalled(),
    });
    this.#stallDetector.start();
    return false;
  }

  /** Corks the socket, so that all writes until {@link uncork} become one system call. */
  beforeWrite(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#transport.cork();
    scheduleUncork(this);
  }

  /** Flushes the writes since the first {@link beforeWrite}. */
  uncork(): void {
    this.#isCorked = false;
    this.#transport.uncork();
  }

  /** Must be called when no bytes are pending any more. */
  drained(): void {
    this.#stallDetector?.stop();
  }

  /** Disconnects the client. Further calls do nothing. */
  closeStalled(): void {
    if (this.#isStalled) return;
    this.#isStalled = true;
    this.#control.onStalled();
    this.#transport.closeStalled();
  }

  [Symbol.dispose](): void {
    this.#stallDetector?.stop();
    this.#control.close(this.#transport, this.#viewer);
  }
}

interface StallDetectorOptions {
  readonly takenBytes: () => number;
  readonly timeoutMs: number;
  readonly onStalled: () => void;
}

/** Calls back once the client has taken no byte for `timeoutMs` since {@link start}. */
class StallDetector {
  readonly #options: StallDetectorOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StallDetectorOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** Does nothing if it has started. */
  start(): void {
    if (this.#timer) return;
    const { takenBytes, timeoutMs, onStalled } = this.#options;
    const before = takenBytes();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (takenBytes() > before) this.start();
      else onStalled();
    }, timeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Up to this number of connections are uncorked in the same iteration of the event loop: there is little to save by a second one. */
const FEW_CONNECTIONS = 8;

/** Corked since the last flush: at most one entry per connection. */
let corked: FlowController[] = [];

/**
 * Uncorks all controllers at the end of this iteration of the event loop or, if there are many, of the next one. Events that the API
 * server sends in quick succession thus leave in one write per connection.
 */
function scheduleUncork(controller: FlowController): void {
  if (corked.length === 0)
    setImmediate(() => (corked.length <= FEW_CONNECTIONS ? uncorkAll() : setImmediate(uncorkAll)));
  corked.push(controller);
}

function uncorkAll(): void {
  const controllers = corked;
  corked = [];
  for (const controller of controllers) controller.uncork();
}
