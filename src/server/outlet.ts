import { joinWrites } from './socket-writes.ts';
import { SlowWatch } from './slow-watch.ts';

/** How much may wait for clients that do not keep up, and for how long. */
export interface OutletLimits {
  /** Past so many bytes a connection is fed no more until its client has read. */
  readonly maxPendingBytes: number;
  /** Past so many bytes over all connections of a viewer, none of them is fed more than a little. */
  readonly maxPendingBytesPerViewer: number;
  /** A client that takes nothing for so long, although something waits for it, is closed. */
  readonly slowReaderTimeoutMs: number;
}

/** The way out to one client, whatever the transport. */
export interface Wire {
  /** Bytes that wait for the client. */
  readonly pendingBytes: number;
  /** Bytes that it has taken so far. */
  readonly takenBytes: number;
  cork(): void;
  uncork(): void;
  /** The client has not read for too long. */
  closeSlow(): void;
}

/** So little may always wait: a viewer’s other connections do not stop it. */
const LITTLE_BYTES = 64 * 1024;

/** The ways out to all clients. */
export class Outlets {
  readonly #limits: OutletLimits;
  readonly #onSlow: () => void;
  readonly #wiresByViewer = new Map<string, Set<Wire>>();

  /** @param onSlow told of each client that is given up */
  constructor(limits: OutletLimits, onSlow: () => void) {
    this.#limits = limits;
    this.#onSlow = onSlow;
  }

  /** Must be disposed of when the client has gone. */
  open(wire: Wire, viewer: string): Outlet {
    const wires = this.#wiresByViewer.get(viewer) ?? new Set();
    wires.add(wire);
    this.#wiresByViewer.set(viewer, wires);
    return new Outlet(wire, wires, {
      ...this.#limits,
      onSlow: this.#onSlow,
      onClose: () => {
        wires.delete(wire);
        if (wires.size === 0) this.#wiresByViewer.delete(viewer);
      },
    });
  }
}

/** Decides when a client is fed, and when it is given up. */
export class Outlet {
  readonly #wire: Wire;
  /** This one and the others of its viewer. */
  readonly #wires: ReadonlySet<Wire>;
  readonly #options: OutletLimits & { readonly onSlow: () => void; readonly onClose: () => void };
  readonly #slow: SlowWatch;
  #givenUp = false;
  #joined = false;

  constructor(
    wire: Wire,
    wires: ReadonlySet<Wire>,
    options: OutletLimits & { readonly onSlow: () => void; readonly onClose: () => void },
  ) {
    this.#wire = wire;
    this.#wires = wires;
    this.#options = options;
    this.#slow = new SlowWatch({
      taken: () => wire.takenBytes,
      timeoutMs: options.slowReaderTimeoutMs,
      onStuck: () => this.giveUp(),
    });
  }

  /** Whether the client may be sent more. When not, {@link drained} will come, or the client is given up. */
  get ready(): boolean {
    const { pendingBytes } = this.#wire;
    if (pendingBytes < LITTLE_BYTES) return true;
    const { maxPendingBytes, maxPendingBytesPerViewer } = this.#options;
    if (pendingBytes < maxPendingBytes && this.#viewersBytes() < maxPendingBytesPerViewer) return true;
    this.#slow.waiting();
    return false;
  }

  /** To be called before each write: all writes of a turn leave together. */
  writing(): void {
    if (this.#joined) return;
    this.#joined = true;
    this.#wire.cork();
    joinWrites(this);
  }

  /** What was written in this turn leaves. */
  uncork(): void {
    this.#joined = false;
    this.#wire.uncork();
  }

  /** The client has taken all that was waiting. */
  drained(): void {
    this.#slow.stop();
  }

  /** Closes the client’s connection, because it does not read. */
  giveUp(): void {
    if (this.#givenUp) return;
    this.#givenUp = true;
    this.#options.onSlow();
    this.#wire.closeSlow();
  }

  [Symbol.dispose](): void {
    this.#slow.stop();
    this.#options.onClose();
  }

  #viewersBytes(): number {
    let bytes = 0;
    for (const { pendingBytes } of this.#wires) bytes += pendingBytes;
    return bytes;
  }
}
