import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of lines that may wait while the output takes none. Audit lines may take as much again. */
const MAX_WAITING_BYTES = 4 * 1_048_576;
/** In audit lines only: in a text of a client, the quotes are escaped. */
const AUDIT_MARK = '"audit":true';
const BATCH_BYTES = 65_536;
/** Beginning of the lines that may wait for others: those of the level info, which have one for each request. */
const INFO = '{"level":30,';
/** Time for which they wait, so that a busy gateway does not need a write for each request. */
const BATCH_MS = 10;
/** Time until another attempt if a reader is slow. */
const SLOW_RETRY_MS = 10;
/** Time until another attempt if the output fails, for example because the disk is full. */
const FAILURE_RETRY_MS = 1_000;

/** Lines that were not written, since the process started. */
export interface LostLines {
  readonly auditLines: number;
  readonly otherLines: number;
}

/** No lines were lost. */
export const NONE_LOST: LostLines = { auditLines: 0, otherLines: 0 };

/**
 * Writes log lines to a file descriptor in their order, without blocking the process or ending it. A full disk, a reader that is slow
 * or has ended: the lines wait, up to 4 MiB and another 4 MiB of audit lines, and are tried again; further lines are lost and counted.
 *
 * Lines of the level info, such as those of requests, wait up to 10 ms for others. Audit lines and lines of other levels are written at
 * once.
 */
export class LogOutput {
  readonly #descriptor: number;
  readonly #onRecovered: (lost: LostLines) => void;
  #waiting: string[] = [];
  /** Bytes of the waiting lines and of those that are being written. */
  #bytes = 0;
  #isWriting = false;
  /** Whether a line waits that is to be written at once. */
  #isUrgent = false;
  /** Runs while other lines wait. */
  #timer: NodeJS.Timeout | undefined;
  #lost = NONE_LOST;
  #reported = NONE_LOST;

  /** @param onRecovered called when all waiting lines are written and others have been lost before, with their number */
  constructor(descriptor: number, onRecovered: (lost: LostLines) => void) {
    this.#descriptor = nonBlocking(descriptor);
    this.#onRecovered = onRecovered;
  }

  get lost(): LostLines {
    return this.#lost;
  }

  /** Writes a line, which ends with a line break, soon. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    const isAudit = line.includes(AUDIT_MARK);
    const { auditLines, otherLines } = this.#lost;
    if (this.#bytes + bytes > (isAudit ? 2 : 1) * MAX_WAITING_BYTES) {
      this.#lost = isAudit ? { auditLines: auditLines + 1, otherLines } : { auditLines, otherLines: otherLines + 1 };
      return;
    }
    this.#waiting.push(line);
    this.#bytes += bytes;
    this.#isUrgent ||= isAudit || !line.startsWith(INFO);
    if (!this.#isWriting) this.#schedule();
  }

  /** Resolves when all lines are written, or after some milliseconds. */
  async drained(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.#bytes > 0 && performance.now() < end) await delay(5);
  }

  /** Writes the waiting lines at the end of the process, as far as the output takes them. */
  flush(): void {
    try {
      if (this.#waiting.length > 0) writeSync(this.#descriptor, this.#waiting.splice(0).join(''));
    } catch {
      // The output fails, and there is no later attempt.
    }
  }

  #schedule(): void {
    this.#isWriting = false;
    const isDue = this.#isUrgent || this.#waiting.length === 0 || this.#bytes >= BATCH_BYTES;
    if (isDue) this.#writeNext();
    else this.#timer ??= setTimeout(() => this.#writeNext(), BATCH_MS);
  }

  #writeNext(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isUrgent = false;
    const lines = this.#takeBatch();
    this.#isWriting = lines.length > 0;
    if (this.#isWriting) this.#writeBytes(Buffer.from(lines.join('')));
    else this.#reportLost();
  }

  #takeBatch(): readonly string[] {
    let length = 0;
    const end = this.#waiting.findIndex((line) => (length += line.length) >= BATCH_BYTES);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end + 1);
  }

  #writeBytes(bytes: Buffer): void {
    write(this.#descriptor, bytes, (error, written) => {
      if (error) return void setTimeout(() => this.#writeBytes(bytes), retryMsAfter(error)).unref();
      this.#bytes -= written;
      if (written < bytes.length) this.#writeBytes(bytes.subarray(written));
      else this.#schedule();
      return undefined;
    });
  }

  #reportLost(): void {
    const lost = {
      auditLines: this.#lost.auditLines - this.#reported.auditLines,
      otherLines: this.#lost.otherLines - this.#reported.otherLines,
    };
    this.#reported = this.#lost;
    if (lost.auditLines + lost.otherLines > 0) this.#onRecovered(lost);
  }
}

function retryMsAfter({ code }: NodeJS.ErrnoException): number {
  return code === 'EAGAIN' ? SLOW_RETRY_MS : FAILURE_RETRY_MS;
}

/**
 * Returns a descriptor of the same pipe whose writes fail with EAGAIN while it is full. A write that waits for a reader would block a
 * thread, and the end of the process. The descriptor itself is shared with other processes, so its mode must not change.
 */
function nonBlocking(descriptor: number): number {
  try {
    if (!fstatSync(descriptor).isFIFO()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return descriptor; // no Linux, no permission, or a pipe without a reader
  }
}
