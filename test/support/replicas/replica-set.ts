import { freePort } from '../../../dev/simulator/free-port.ts';
import { startGatewayProcess, type GatewayProcess } from '../gateway-process.ts';

interface ReplicaSetOptions {
  readonly kubeconfig: string;
  readonly size: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Program of the gateway. Default: `src/main.ts`. */
  readonly program?: string | undefined;
}

/** Gateways of one cluster, each in a process of its own. A replica that is started again has the same port. */
export class ReplicaSet implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly #options: ReplicaSetOptions;
  readonly #running = new Map<number, GatewayProcess>();

  static async start(options: ReplicaSetOptions): Promise<ReplicaSet> {
    const ports: number[] = [];
    while (ports.length < options.size) {
      const port = await freePort();
      if (!ports.includes(port)) ports.push(port);
    }
    const replicas = new ReplicaSet(options, ports);
    try {
      await Promise.all(ports.map((port) => replicas.start(port)));
    } catch (error) {
      await replicas[Symbol.asyncDispose]();
      throw error;
    }
    return replicas;
  }

  private constructor(options: ReplicaSetOptions, ports: readonly number[]) {
    this.#options = options;
    this.ports = ports;
  }

  /** URL of the GraphQL endpoint of one replica. */
  url(port: number): string {
    return new URL('/graphql', `http://127.0.0.1:${port}`).href;
  }

  /** @throws {Error} if the replica does not run */
  process(port: number): GatewayProcess {
    const replica = this.#running.get(port);
    if (!replica) throw new Error(`Expected the replica at port ${port} to run.`);
    return replica;
  }

  /** Resolves when the replica is ready. */
  async start(port: number, program = this.#options.program): Promise<void> {
    const { kubeconfig, settings } = this.#options;
    const options = program === undefined ? {} : { program };
    this.#running.set(port, await startGatewayProcess(kubeconfig, { ...settings, PORT: String(port) }, options));
  }

  /** Stops and starts one replica after the other, with another program if one is given. Returns their exit codes. */
  async restartAll(program?: string): Promise<readonly (number | null)[]> {
    const exitCodes: (number | null)[] = [];
    for (const port of this.ports) {
      exitCodes.push(await this.stop(port));
      await this.start(port, program);
    }
    return exitCodes;
  }

  /** Stops a replica with SIGTERM. Resolves with its exit code. */
  async stop(port: number): Promise<number | null> {
    const replica = this.#take(port);
    const exitCode = await replica.stop();
    await replica[Symbol.asyncDispose]();
    return exitCode;
  }

  /** Kills a replica with SIGKILL. */
  async kill(port: number): Promise<void> {
    const replica = this.#take(port);
    process.kill(replica.pid, 'SIGKILL');
    await replica[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.keys()].map((port) => this.kill(port)));
  }

  #take(port: number): GatewayProcess {
    const replica = this.process(port);
    this.#running.delete(port);
    return replica;
  }
}
