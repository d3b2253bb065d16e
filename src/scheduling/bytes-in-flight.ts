/** Bytes up to which a request is not counted. Small requests are bounded by their number. */
export const FREE_BYTES = 64 * 1024;
/** Interval at which clients that keep others waiting are checked. */
const CHECK_INTERVAL_MS = 250;
/** Checks in a row after which a client that takes or sends nothing is disconnected. Not a time: the gateway may have been busy. */
const STALLED_CHECKS = 4;
/** Share of its counted bytes that a client has to send in that time, until its request has arrived. Of a body, which is counted twice: an eighth. */
const MIN_RECEIVED_SHARE = 1 / 16;
/** Memory of a result for each unit of cost, at least: a field, its text and the encoded text. */
const MIN_BYTES_PER_COST = 64;
/** Share of an observed size that the estimate keeps with each further answer. */
const DECAY = 0.95;
/** Time after which a request that waits is refused. */
const MAX_WAIT_MS = 10_000;

/** Connection to the client of a request. */
export interface AnswerTransport {
  /** Bytes written but not yet taken by the kernel. */
  readonly pendingBytes: number;
  /** Bytes that the kernel has taken since the connection was opened. Never decreases. */
  readonly takenBytes: number;
  /** Bytes that have been received since the connection was opened. Undefined if the request has arrived as a whole. */
  readonly receivedBytes?: number | undefined;
  /** Disconnects a client that has stalled. */
  closeStalled(): void;
}

/** End of a request: its client has taken the answer, or has left. */
export interface RequestEnd {
  readonly isOver: boolean;
  /** Calls a handler when the request is over, at once if it is already. */
  onOver(handler: () => void): void;
}

interface Client {
  readonly viewer: string;
  readonly until: RequestEnd;
  readonly transport: AnswerTransport;
}

/**
 * Bounds the memory of requests and answers of all clients together: bodies, results in execution, and answers that are not taken
 * yet. A request with more than 64 KiB is counted from its start until its client has the answer. Beyond the limit requests
 * wait, up to ten seconds: those of the viewer with the fewest counted bytes go first. While any wait, or the limit is exceeded,
 * clients that have taken nothing of their answer for a second, or have sent little of their body, are disconnected.
 *
 * The size of a result is estimated from its cost and the sizes of the last answers, until its text is longer. The limit may be exceeded by
 * one request, which starts if no other is counted, and by results that are larger than estimated: then all wait but the request that
 * has been counted for the longest time.
 */
export class BytesInFlight {
  readonly max: number;
  /** Time after which a request that waits is refused. */
  readonly maxWaitMs: number;
  readonly #counted = new Set<RequestBytes>();
  readonly #waiting = new Set<RequestBytes>();
  #total = 0;
  #bytesPerCost = MIN_BYTES_PER_COST;
  #refusals = 0;
  #closes = 0;
  #checks: NodeJS.Timeout | undefined;

  /** @param max limit of the counted bytes */
  constructor(max: number, { maxWaitMs = MAX_WAIT_MS }: { readonly maxWaitMs?: number } = {}) {
    this.max = max;
    this.maxWaitMs = maxWaitMs;
  }

  /** Estimated size of a result for each unit of its cost. */
  get bytesPerCost(): number {
    return this.#bytesPerCost;
  }

  /** Counted bytes now. */
  get total(): number {
    return this.#total;
  }

  /** Number of requests that have been refused. Only increases. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Number of clients that have been disconnected because others waited for the room of their answers. Only increases. */
  get closes(): number {
    return this.#closes;
  }

  /** Opens the account of a request. */
  open(client: Client): RequestBytes {
    return new RequestBytes(this, client);
  }

  /** Counts a request if there is room, and returns whether there is. One that is counted already needs no further room. */
  startIfRoom(request: RequestBytes): boolean {
    const isCounted = this.#counted.has(request);
    const total = isCounted ? this.#total : this.#total + request.bytes;
    const hasRoom = this.#counted.size === 0 || total <= this.max || request === this.#oldest;
    if (hasRoom && !isCounted) this.count(request);
    return hasRoom;
  }

  /** Whether a counted request has to wait because results are larger than estimated. */
  mustYield(request: RequestBytes): boolean {
    return this.#total > this.max && request !== this.#oldest;
  }

  /** The request that has been counted for the longest time. */
  get #oldest(): RequestBytes | undefined {
    const [oldest] = this.#counted;
    return oldest;
  }

  /** Counts a request, whether there is room or not. */
  count(request: RequestBytes): void {
    this.#counted.add(request);
    this.#total += request.bytes;
    this.#schedule();
  }

  /** Adjusts the estimate of bytes per cost to the size of an answer. */
  observe(bytesPerCost: number): void {
    this.#bytesPerCost = Math.max(MIN_BYTES_PER_COST, bytesPerCost, DECAY * this.#bytesPerCost);
  }

  /** Calls `request.started` when there is room. */
  wait(request: RequestBytes): void {
    this.#waiting.add(request);
    this.#schedule();
  }

  /**
   * Counts bytes of a message that has not arrived as a whole, without an account and without a wait; negative ones when it has. Returns
   * false, and counts a refusal, if the limit is exceeded: the caller then has to disconnect the client.
   */
  receive(bytes: number): boolean {
    this.#total += bytes;
    if (bytes < 0) this.#startWaiting();
    const isRefused = bytes > 0 && this.#total > this.max;
    if (isRefused) this.#refusals += 1;
    return !isRefused;
  }

  /** Changes the bytes of a counted request. */
  grow(bytes: number): void {
    this.#total += bytes;
    this.#schedule();
  }

  /** Forgets a request that has waited too long. */
  refuse(request: RequestBytes): void {
    this.#refusals += 1;
    this.end(request);
  }

  /** Forgets a request, whether it is counted or waits. */
  end(request: RequestBytes): void {
    if (this.#counted.delete(request)) this.#total -= request.bytes;
    this.#waiting.delete(request);
    this.#startWaiting();
  }

  #startWaiting(): void {
    for (let next = this.#next(); next && this.startIfRoom(next); next = this.#next()) {
      this.#waiting.delete(next);
      next.started();
    }
    this.#schedule();
  }

  /** Starts or stops the checks of clients. */
  #schedule(): void {
    const isFull = this.#waiting.size > 0 || this.#total > this.max;
    if (isFull) this.#checks ??= setInterval(() => this.#disconnectStalled(), CHECK_INTERVAL_MS);
    if (isFull) return;
    clearInterval(this.#checks);
    this.#checks = undefined;
  }

  /** Returns the request that waits and need not any more, else that of the viewer with the fewest counted bytes, the oldest of them. */
  #next(): RequestBytes | undefined {
    if (this.#waiting.size === 0) return undefined;
    const oldest = this.#oldest;
    if (oldest && this.#waiting.has(oldest)) return oldest;
    const byViewer = new Map<string, number>();
    for (const { viewer, bytes } of this.#counted) byViewer.set(viewer, (byViewer.get(viewer) ?? 0) + bytes);
    let next: RequestBytes | undefined;
    for (const request of this.#waiting)
      if (!next || (byViewer.get(request.viewer) ?? 0) < (byViewer.get(next.viewer) ?? 0)) next = request;
    return next;
  }

  #disconnectStalled(): void {
    for (const request of this.#counted) {
      if (!request.isStalled()) continue;
      this.#closes += 1;
      request.disconnect();
    }
  }
}

/** The bytes of one request: its body, its result, and its answer until the client has taken it. */
export class RequestBytes {
  readonly #account: BytesInFlight;
  readonly #client: Client;
  #bytes = 0;
  #cost = 0;
  /** Part of the bytes that is estimated from the cost. */
  #costBytes = 0;
  #state: 'free' | 'waiting' | 'counted' | 'ended' = 'free';
  #hasRoom: PromiseWithResolvers<boolean> | undefined;
  /** Bytes that the client had sent, or taken, at the last checks, and their number. */
  #progress = { bytes: -1, checks: 0 };

  constructor(account: BytesInFlight, client: Client) {
    this.#account = account;
    this.#client = client;
    if (client.until.isOver) this.#state = 'ended';
  }

  get viewer(): string {
    return this.#client.viewer;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Limit for all requests together. */
  get max(): number {
    return this.#account.max;
  }

  /** Adds the bytes of a result to the estimate. */
  addCost(cost: number): void {
    const bytes = cost * this.#account.bytesPerCost;
    this.#cost += cost;
    this.#costBytes += bytes;
    this.add(bytes);
  }

  /** Removes the bytes of a result that is not sent from the estimate, since its operation is executed again. */
  removeCost(cost: number): void {
    if (cost <= 0) return;
    const bytes = this.#costBytes * Math.min(1, cost / this.#cost);
    this.#cost -= cost;
    this.#costBytes -= bytes;
    this.add(-bytes);
  }

  /** Adds to the estimate. */
  add(bytes: number): void {
    if (this.#state === 'ended') return; // the client has left
    this.#bytes += bytes;
    if (this.#state === 'counted') this.#account.grow(bytes);
  }

  /** Makes the bytes at least those of a text. */
  atLeast(bytes: number): void {
    if (bytes > this.#bytes) this.add(bytes - this.#bytes);
  }

  /** Returns whether the request has to wait for room. If it has not, it is counted from now on. */
  mustWait(): boolean {
    if (this.#state === 'waiting') return true;
    if (this.#state === 'counted' && this.#account.mustYield(this)) {
      this.#state = 'waiting';
      this.#account.wait(this);
      return true;
    }
    if (this.#state !== 'free' || this.#bytes <= FREE_BYTES || this.#endWithClient()) return false;
    const hasRoom = this.#account.startIfRoom(this);
    this.#state = hasRoom ? 'counted' : 'waiting';
    if (!hasRoom) this.#account.wait(this);
    return !hasRoom;
  }

  /** Resolves with true when there is room for the request, or it has ended; with false if there is none after some time. */
  async start(): Promise<boolean> {
    if (!this.mustWait()) return true;
    if (!this.#hasRoom) {
      this.#hasRoom = Promise.withResolvers();
      const timer = setTimeout(() => this.#refuse(), this.#account.maxWaitMs);
      void this.#hasRoom.promise.then(() => clearTimeout(timer));
    }
    return this.#hasRoom.promise;
  }

  /** Called when there is room. */
  started(): void {
    this.#state = 'counted';
    this.#hasRoom?.resolve(true);
    this.#hasRoom = undefined; // it may have to wait again
  }

  /** Counts an answer that is ready to be sent. */
  answer(bytes: number): void {
    if (bytes > FREE_BYTES) this.#account.observe(bytes / Math.max(1, this.#cost));
    this.atLeast(bytes);
    if (this.#state !== 'free' || this.#bytes <= FREE_BYTES || this.#endWithClient()) return;
    this.#state = 'counted';
    this.#account.count(this);
  }

  /** Returns whether the client has sent too little, or taken nothing of its answer, since some checks. To be called at an interval. */
  isStalled(): boolean {
    const { pendingBytes, takenBytes, receivedBytes } = this.#client.transport;
    const bytes = receivedBytes ?? takenBytes;
    const progress = bytes - this.#progress.bytes; // negative if the answer has begun
    const minProgress = receivedBytes === undefined ? 1 : this.#bytes * MIN_RECEIVED_SHARE;
    const isExecuting = receivedBytes === undefined && pendingBytes === 0;
    if (isExecuting || progress < 0 || progress >= minProgress) this.#progress = { bytes, checks: 0 };
    this.#progress.checks += 1;
    return this.#progress.checks > STALLED_CHECKS;
  }

  disconnect(): void {
    this.#client.transport.closeStalled();
    this.#end();
  }

  /** Ends the account with the request. Returns whether that is over already. */
  #endWithClient(): boolean {
    const { until } = this.#client;
    until.onOver(() => this.#end());
    return until.isOver;
  }

  #end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#account.end(this);
    this.#hasRoom?.resolve(true);
  }

  #refuse(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'ended';
    this.#account.refuse(this);
    this.#hasRoom?.resolve(false);
  }
}
