import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A message from a worker: the response to a request, its error, or a notification. */
type Message =
  | { readonly id: number; readonly response: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly notification: unknown };

/** A child process of the bench that handles requests over IPC. Its exit rejects all pending requests. Disposing waits for its exit. */
export class WorkerProcess<Request extends object, Notification = never> implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;
  /** Called for each notification. */
  onNotification: ((notification: Notification) => void) | undefined;

  /** @param program path of a file, relative to this folder */
  constructor(program: string, args: readonly string[] = [], execArgv: readonly string[] = []) {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const env = { ...process.env, NODE_ENV: 'production' };
    this.#process = fork(file, args, { execArgv: ['--expose-gc', ...execArgv], env });
    this.#process.on('message', (message) => this.#receive(message as Message));
    this.#process.once('exit', (code) => this.#fail(new Error(`${program} exited with ${code ?? 'a signal'}`)));
  }

  async request<Response>(request: Request): Promise<Response> {
    this.#lastId += 1;
    const pending = Promise.withResolvers<unknown>();
    this.#pending.set(this.#lastId, pending);
    this.#process.send({ id: this.#lastId, request });
    return (await pending.promise) as Response;
  }

  /** Disconnects, so that the worker exits normally: a killed process would write no CPU profile. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.removeAllListeners('exit');
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #receive(message: Message): void {
    if ('notification' in message) return this.onNotification?.(message.notification as Notification);
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('error' in message) pending?.reject(new Error(message.error));
    else pending?.resolve(message.response);
  }

  #fail(error: Error): void {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/**
 * In a worker: handles the parent's requests until it disconnects, then exits.
 * @param handle takes the request type of this worker, which the parent's type parameter guarantees
 */
export function handleRequests(handle: (request: never) => unknown): void {
  process.on('message', (message) => {
    const { id, request } = message as { readonly id: number; readonly request: never };
    const handling = (async () => handle(request))();
    handling.then(
      (response) => process.send?.({ id, response }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}

/** In a worker: sends a notification to the parent. */
export function notifyParent(notification: object): void {
  process.send?.({ notification });
}
