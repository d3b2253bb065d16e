import { setTimeout as delay } from 'node:timers/promises';
import { assertSegments } from '../kubernetes/path.ts';
import { isUnauthorized, isUnreachable, retryAfterMsOf, StatusError } from '../kubernetes/status-error.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { describeAttributes, attributesKey, type ResourceAttributes } from './resource-attributes.ts';
import type { Viewer } from './viewer.ts';

export interface AuthorizerOptions {
  /** How long a yes holds. */
  readonly allowedTtlMs: number;
  /** How long a no holds. */
  readonly deniedTtlMs: number;
  /** How much longer the last answer holds while no new one is to be had. */
  readonly graceMs: number;
  /** How many answers are remembered. */
  readonly maxDecisions?: number;
  /** How many questions are put to the API server at once. */
  readonly maxConcurrentReviews?: number;
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
}

interface Decision {
  readonly allowed: boolean;
  /** When the question was put. */
  readonly askedAt: number;
}

interface PendingReview {
  readonly answer: Promise<Decision>;
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
  readonly #answers = new Map<string, Decision>();
  readonly #asking = new Map<string, PendingReview>();
  readonly #queue: ConcurrencyLimit;

  constructor(options: AuthorizerOptions) {
    this.#options = { maxDecisions: CAPACITY, maxConcurrentReviews: AT_ONCE, now: Date.now, sleep: delay, ...options };
    this.#queue = new ConcurrencyLimit(this.#options.maxConcurrentReviews);
  }

  /**
   * @param notBefore only an answer to a question put at this moment or later will do
   * @throws {StatusError} Invalid if a request for the name, namespace or subresource could not be sent; Unauthorized when the viewer's token is no good any more; Unavailable when no answer can be had
   */
  async authorize(viewer: Viewer, question: ResourceAttributes, notBefore = 0): Promise<boolean> {
    const { namespace, name, subresource } = question;
    assertSegments({ namespace, name, subresource });
    const key = `${viewer.key} ${attributesKey(question)}`;
    const known = this.#answers.get(key);
    if (known && known.askedAt >= notBefore && this.#ageOf(known) < this.#lifeOf(known)) {
      this.#answers.delete(key);
      this.#answers.set(key, known);
      return known.allowed;
    }
    try {
      return (await this.#ask(key, viewer, question, notBefore)).allowed;
    } catch (error) {
      if (isUnauthorized(error)) throw error;
      if (known && this.#ageOf(known) < this.#lifeOf(known) + this.#options.graceMs) return known.allowed;
      throw unanswered(question, error);
    }
  }

  #ageOf({ askedAt }: Decision): number {
    return this.#options.now() - askedAt;
  }

  #lifeOf({ allowed }: Decision): number {
    return allowed ? this.#options.allowedTtlMs : this.#options.deniedTtlMs;
  }

  #ask(key: string, viewer: Viewer, question: ResourceAttributes, notBefore: number): Promise<Decision> {
    const underWay = this.#asking.get(key);
    if (underWay && underWay.askedAt >= notBefore) return underWay.answer;
    const asking = this.#put(key, viewer, question, this.#options.now());
    this.#asking.set(key, asking);
    return asking.answer;
  }

  #put(key: string, viewer: Viewer, question: ResourceAttributes, askedAt: number): PendingReview {
    const put = async (): Promise<Decision> => {
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

  async #review(viewer: Viewer, question: ResourceAttributes): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await viewer.reviewAccess(question, AbortSignal.timeout(REVIEW_LIMIT_MS));
      } catch (error) {
        if (attempt === ATTEMPTS || !isUnreachable(error)) throw error;
        await this.#options.sleep(FIRST_WAIT_MS * 3 ** (attempt - 1));
      }
    }
  }

  #remember(key: string, answer: Decision): void {
    const known = this.#answers.get(key);
    if (known && known.askedAt > answer.askedAt) return;
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > this.#options.maxDecisions && oldest !== undefined) this.#answers.delete(oldest);
  }
}

function unanswered(question: ResourceAttributes, error: unknown): StatusError {
  const why = error instanceof Error ? error.message : String(error);
  return new StatusError({
    code: 503,
    reason: 'ServiceUnavailable',
    message: `The cluster's authorizer cannot be asked whether you may ${describeAttributes(question)}: ${why}`,
    retryAfterSeconds: Math.ceil((retryAfterMsOf(error) ?? 1_000) / 1_000),
  });
}

/** The cluster has said no. The same whether there is such an object or not. */
export function forbidden(question: ResourceAttributes): StatusError {
  const { namespace } = question;
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `You may not ${describeAttributes(question)}.`,
    namespace: namespace ?? undefined,
  });
}
