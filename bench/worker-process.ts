import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What comes back from a child: an answer to the request of this number, or something that was not asked for. */
type Message =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly problem: string }
  | { readonly notification: unknown };

/** Another process of the bench, which answers questions. */
export class WorkerProcess<Request extends object, Notification = never> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  /** Takes what the child tells without having been asked. */
  onNotification: ((notification: Notification) => void) | undefined;

  /** @param program a file of this folder */
  constructor(program: string, args: readonly string[] = [], execArgv: readonly string[] = []) {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const env = { ...process.env, NODE_ENV: 'production' };
    this.#process = fork(file, args, { execArgv: ['--expose-gc', ...execArgv], env });
    this.#process.on('message', (message) => this.#take(message as Message));
    this.#process.once('exit', (code) => this.#fail(new Error(`${program} ended with ${code ?? 'a signal'}`)));
  }

  async request<Response>(request: Request): Promise<Response> {
    this.#lastId += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#lastId, waiting);
    this.#process.send({ id: this.#lastId, request });
    return (await waiting.promise) as Response;
  }

  /** Lets it end by itself: profiles are written then. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.removeAllListeners('exit');
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #take(message: Message): void {
    if ('notification' in message) return this.onNotification?.(message.notification as Notification);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('problem' in message) waiting?.reject(new Error(message.problem));
    else waiting?.resolve(message.answer);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/**
 * In a child: answers the parent’s questions, until the parent lets it go.
 * @param answer takes what the parent is known to ask
 */
export function handleRequests(answer: (request: never) => unknown): void {
  process.on('message', (message) => {
    const { id, request } = message as { readonly id: number; readonly request: never };
    const answering = (async () => answer(request))();
    answering.then(
      (answered) => process.send?.({ id, answer: answered }),
      (error: unknown) => process.send?.({ id, problem: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}

export function notifyParent(notification: object): void {
  process.send?.({ notification });
}
