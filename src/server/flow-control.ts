import type { ServerResponse } from 'node:http';
import type { AnswerTransport } from '../scheduling/bytes-in-flight.ts';

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
  readonly #options: FlowControlOptions;
  readonly #onStalled: () => void;
  readonly #transportsByViewer = new Map<string, Set<Transport>>();

  /** @param onStalled called once per client that is disconnected because it stalled */
  constructor(options: FlowControlOptions, onStalled: () => void) {
    this.#options = options;
    this.#onStalled = onStalled;
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
    return new FlowController(transport, transports, {
      ...this.#options,
      onStalled: this.#onStalled,
      onClose: () => {
        transports.delete(transport);
        if (transports.size === 0) this.#transportsByViewer.delete(viewer);
      },
    });
  }
}

/** Returns the transport of an HTTP response. */
export function responseTransport(response: ServerResponse): Transport {
  return {
    get pendingBytes() {
      return response.writableLength;
    },
    get takenBytes() {
      const { socket } = response;
      return socket ? socket.bytesWritten - socket.writableLength : 0;
    },
    cork: () => response.socket?.cork(),
    uncork: () => response.socket?.uncork(),
    closeStalled: () => response.destroy(),
  };
}

interface FlowControllerOptions extends FlowControlOptions {
  readonly onStalled: () => void;
  readonly onClose: () => void;
}

/**
 * Back-pressure of one connection. Before each event, the sender reads {@link ready}; before each write, it calls {@link beforeWrite};
 * when the socket emits `drain`, it calls {@link drained}. A client that takes nothing for `slowReaderTimeoutMs` while
 * bytes wait for it is disconnected.
 */
export class FlowController {
  readonly #transport: Transport;
  /** All transports of the viewer, this one included. */
  readonly #viewerTransports: ReadonlySet<Transport>;
  readonly #options: FlowControllerOptions;
  readonly #stallDetector: StallDetector;
  #isStalled = false;
  #isCorked = false;

  constructor(transport: Transport, viewerTransports: ReadonlySet<Transport>, options: FlowControllerOptions) {
    this.#transport = transport;
    this.#viewerTransports = viewerTransports;
    this.#options = options;
    this.#stallDetector = new StallDetector({
      takenBytes: () => transport.takenBytes,
      timeoutMs: options.slowReaderTimeoutMs,
      onStalled: () => this.closeStalled(),
    });
  }

  /**
   * Whether the next event may be written. False starts the stall detector: either {@link drained} follows, or the
   * client is disconnected.
   */
  get ready(): boolean {
    const { pendingBytes } = this.#transport;
    if (pendingBytes < MIN_BUFFER_BYTES) return true;
    const { maxPendingBytes, maxPendingBytesPerViewer } = this.#options;
    if (pendingBytes < maxPendingBytes && this.#viewerBytes() < maxPendingBytesPerViewer) return true;
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
    this.#stallDetector.stop();
  }

  /** Disconnects the client. Further calls do nothing. */
  closeStalled(): void {
    if (this.#isStalled) return;
    this.#isStalled = true;
    this.#options.onStalled();
    this.#transport.closeStalled();
  }

  [Symbol.dispose](): void {
    this.#stallDetector.stop();
    this.#options.onClose();
  }

  #viewerBytes(): number {
    let bytes = 0;
    for (const { pendingBytes } of this.#viewerTransports) bytes += pendingBytes;
    return bytes;
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

/** Corked since the last flush: at most one entry per connection. */
let corked: FlowController[] = [];

/**
 * Uncorks all controllers after the next turn of the event loop. Events that the API server sends in quick succession thus
 * leave in one write per connection.
 */
function scheduleUncork(controller: FlowController): void {
  if (corked.length === 0) setImmediate(() => setImmediate(uncorkAll));
  corked.push(controller);
}

function uncorkAll(): void {
  const controllers = corked;
  corked = [];
  for (const controller of controllers) controller.uncork();
}
