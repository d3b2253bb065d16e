import { scheduleUncork } from './socket-writes.ts';
import { StallDetector } from './stall-detector.ts';

/** How much may wait for clients that do not keep up, and for how long. */
export interface FlowControlOptions {
  /** Past so many bytes a connection is fed no more until its client has read. */
  readonly maxPendingBytes: number;
  /** Past so many bytes over all connections of a viewer, none of them is fed more than a little. */
  readonly maxPendingBytesPerViewer: number;
  /** A client that takes nothing for so long, although something waits for it, is closed. */
  readonly slowReaderTimeoutMs: number;
}

/** The way out to one client, whatever the transport. */
export interface Transport {
  /** Bytes that wait for the client. */
  readonly pendingBytes: number;
  /** Bytes that it has taken so far. */
  readonly takenBytes: number;
  cork(): void;
  uncork(): void;
  /** The client has not read for too long. */
  closeStalled(): void;
}

/** So little may always wait: a viewer’s other connections do not stop it. */
const MIN_BUFFER_BYTES = 64 * 1024;

/** The ways out to all clients. */
export class FlowControl {
  readonly #limits: FlowControlOptions;
  readonly #onStalled: () => void;
  readonly #transportsByViewer = new Map<string, Set<Transport>>();

  /** @param onStalled called once per stalled client */
  constructor(limits: FlowControlOptions, onStalled: () => void) {
    this.#limits = limits;
    this.#onStalled = onStalled;
  }

  /** Must be disposed of when the client has gone. */
  open(transport: Transport, viewer: string): FlowController {
    const transports = this.#transportsByViewer.get(viewer) ?? new Set();
    transports.add(transport);
    this.#transportsByViewer.set(viewer, transports);
    return new FlowController(transport, transports, {
      ...this.#limits,
      onStalled: this.#onStalled,
      onClose: () => {
        transports.delete(transport);
        if (transports.size === 0) this.#transportsByViewer.delete(viewer);
      },
    });
  }
}

/** Decides when a client is fed, and when it is given up. */
export class FlowController {
  readonly #transport: Transport;
  /** This one and the others of its viewer. */
  readonly #transports: ReadonlySet<Transport>;
  readonly #options: FlowControlOptions & { readonly onStalled: () => void; readonly onClose: () => void };
  readonly #stalls: StallDetector;
  #stalled = false;
  #corked = false;

  constructor(
    transport: Transport,
    transports: ReadonlySet<Transport>,
    options: FlowControlOptions & { readonly onStalled: () => void; readonly onClose: () => void },
  ) {
    this.#transport = transport;
    this.#transports = transports;
    this.#options = options;
    this.#stalls = new StallDetector({
      taken: () => transport.takenBytes,
      timeoutMs: options.slowReaderTimeoutMs,
      onStalled: () => this.closeStalled(),
    });
  }

  /** Whether the client may be sent more. When not, {@link drained} will come, or the client is given up. */
  get ready(): boolean {
    const { pendingBytes } = this.#transport;
    if (pendingBytes < MIN_BUFFER_BYTES) return true;
    const { maxPendingBytes, maxPendingBytesPerViewer } = this.#options;
    if (pendingBytes < maxPendingBytes && this.#viewersBytes() < maxPendingBytesPerViewer) return true;
    this.#stalls.waiting();
    return false;
  }

  /** To be called before each write: all writes of a turn leave together. */
  writing(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#transport.cork();
    scheduleUncork(this);
  }

  /** What was written in this turn leaves. */
  uncork(): void {
    this.#corked = false;
    this.#transport.uncork();
  }

  /** The client has taken all that was waiting. */
  drained(): void {
    this.#stalls.stop();
  }

  /** Closes the client’s connection, because it does not read. */
  closeStalled(): void {
    if (this.#stalled) return;
    this.#stalled = true;
    this.#options.onStalled();
    this.#transport.closeStalled();
  }

  [Symbol.dispose](): void {
    this.#stalls.stop();
    this.#options.onClose();
  }

  #viewersBytes(): number {
    let bytes = 0;
    for (const { pendingBytes } of this.#transports) bytes += pendingBytes;
    return bytes;
  }
}
