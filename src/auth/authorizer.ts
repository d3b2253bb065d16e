import { setTimeout as delay } from 'node:timers/promises';
import { isUnauthorized, isUnreachable, retryAfterMsOf, StatusError } from '../kubernetes/status-error.ts';
import { Queue } from './queue.ts';
import { describeQuestion, questionKeyOf, type AccessQuestion } from './question.ts';
import type { Viewer } from './viewer.ts';

export interface AuthorizerOptions {
  /** How long a yes holds. */
  readonly allowMs: number;
  /** How long a no holds. */
  readonly denyMs: number;
  /** How much longer the last answer holds while no new one is to be had. */
  readonly graceMs: number;
  /** How many answers are remembered. */
  readonly capacity?: number;
  /** How many questions are put to the API server at once. */
  readonly atOnce?: number;
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

interface Answer {
  readonly allowed: boolean;
  /** When the question was put. */
  readonly askedAt: number;
}

interface Asking {
  readonly answer: Promise<Answer>;
  readonly askedAt: number;
}

const CAPACITY = 200_000;
const AT_ONCE = 32;
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 100;
const REVIEW_LIMIT_MS = 10_000;

/**
 * Has the cluster's authorizer decide what viewers may do, and remembers its answers for some seconds. Equal questions are
 * asked once at a time, whoever waits. Without an answer it fails, as UNAVAILABLE and never as a no.
 */
export class Authorizer {
  readonly #options: Required<AuthorizerOptions>;
  /** The least recently used first. */
  readonly #answers = new Map<string, Answer>();
  readonly #asking = new Map<string, Asking>();
  readonly #queue: Queue;

  constructor(options: AuthorizerOptions) {
    this.#options = { capacity: CAPACITY, atOnce: AT_ONCE, now: Date.now, sleep: delay, ...options };
    this.#queue = new Queue(this.#options.atOnce);
  }

  /**
   * @param since only an answer to a question put at this moment or later will do
   * @throws {StatusError} Unauthorized when the viewer's token is no good any more; Unavailable when no answer can be had
   */
  async allows(viewer: Viewer, question: AccessQuestion, since = 0): Promise<boolean> {
    const key = `${viewer.key} ${questionKeyOf(question)}`;
    const known = this.#answers.get(key);
    if (known && known.askedAt >= since && this.#ageOf(known) < this.#lifeOf(known)) {
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return known.allowed;
    }
    try {
      return (await this.#ask(key, viewer, question, since)).allowed;
    } catch (error) {
      if (isUnauthorized(error)) throw error;
      if (known && this.#ageOf(known) < this.#lifeOf(known) + this.#options.graceMs) return known.allowed;
      throw unanswered(question, error);
    }
  }

  #ageOf({ askedAt }: Answer): number {
    return this.#options.now() - askedAt;
  }

  #lifeOf({ allowed }: Answer): number {
    return allowed ? this.#options.allowMs : this.#options.denyMs;
  }

  #ask(key: string, viewer: Viewer, question: AccessQuestion, since: number): Promise<Answer> {
    const underWay = this.#asking.get(key);
    if (underWay && underWay.askedAt >= since) return underWay.answer;
    const asking = this.#put(key, viewer, question, this.#options.now());
    this.#asking.set(key, asking);
    return asking.answer;
  }

  #put(key: string, viewer: Viewer, question: AccessQuestion, askedAt: number): Asking {
    const put = async (): Promise<Answer> => {
      try {
        const answer = { allowed: await this.#queue.run(() => this.#review(viewer, question)), askedAt };
        this.#remember(key, answer);
        return answer;
      } finally {
        if (this.#asking.get(key)?.askedAt === askedAt) this.#asking.delete(key);
      }
    };
    return { answer: put(), askedAt };
  }

  async #review(viewer: Viewer, question: AccessQuestion): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await viewer.review(question, AbortSignal.timeout(REVIEW_LIMIT_MS));
      } catch (error) {
        if (attempt === ATTEMPTS || !isUnreachable(error)) throw error;
        await this.#options.sleep(FIRST_WAIT_MS * 3 ** (attempt - 1));
      }
    }
  }

  #remember(key: string, answer: Answer): void {
    const known = this.#answers.get(key);
    if (known && known.askedAt > answer.askedAt) return;
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#options.capacity && oldest !== undefined) this.#answers.delete(oldest);
  }
}

function unanswered(question: AccessQuestion, error: unknown): StatusError {
  const why = error instanceof Error ? error.message : String(error);
  return new StatusError({
    code: 503,
    reason: 'ServiceUnavailable',
    message: `The cluster's authorizer cannot be asked whether you may ${describeQuestion(question)}: ${why}`,
    retryAfterSeconds: Math.ceil((retryAfterMsOf(error) ?? 1_000) / 1_000),
  });
}

/** The cluster has said no. The same whether there is such an object or not. */
export function forbidden(question: AccessQuestion): StatusError {
  const { namespace } = question;
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `You may not ${describeQuestion(question)}.`,
    namespace: namespace ?? undefined,
  });
}
