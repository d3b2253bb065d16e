import type { SeededRandom } from '../seeded-random.ts';
import type { Config } from '../../../src/config.ts';
import { startGatewayFor, type TestGateway } from '../test-gateway.ts';

/** Gateways of one cluster, as behind a load balancer. Their number stays the same: a stopped gateway is replaced. */
export class GatewayFleet implements AsyncDisposable {
  readonly #gateways: TestGateway[] = [];
  readonly #start: () => Promise<TestGateway>;
  readonly #random: SeededRandom;

  static async start(
    kubeconfig: () => string,
    { size, random, ...settings }: Partial<Config> & { readonly size: number; readonly random: SeededRandom },
  ): Promise<GatewayFleet> {
    const fleet = new GatewayFleet(() => startGatewayFor(kubeconfig(), { drainSeconds: 0, ...settings }), random);
    for (let index = 0; index < size; index += 1) fleet.#gateways.push(await fleet.#start());
    return fleet;
  }

  private constructor(start: () => Promise<TestGateway>, random: SeededRandom) {
    this.#start = start;
    this.#random = random;
  }

  get gateways(): readonly TestGateway[] {
    return this.#gateways;
  }

  /** A random gateway. */
  get anyGateway(): TestGateway {
    return this.#random.pick(this.#gateways);
  }

  /** Starts a gateway and stops a random other one, as a rolling update does. */
  async replaceAny(): Promise<void> {
    const index = this.#random.below(this.#gateways.length);
    const next = await this.#start();
    const [stopped] = this.#gateways.splice(index, 1, next);
    await stopped?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
  }
}
