import type { Simulator } from '../../dev/simulator/simulator.ts';
import { startGatewayIn } from './measured-process.ts';

interface StartFigures {
  /** Time from the start of the process until it is ready. */
  readonly readyMs: number;
  readonly cpuMs: number;
  readonly residentMegabytes: number;
}

/** Starts the gateway several times. Returns the figures of the start that needed the least CPU time: other work only adds to it. */
export async function measureStart(
  { kubeconfig }: Simulator,
  { entry, starts }: { readonly entry: string; readonly starts: number },
): Promise<StartFigures> {
  const all: StartFigures[] = [];
  for (let count = 0; count < starts; count += 1) {
    const begun = performance.now();
    await using gateway = await startGatewayIn(kubeconfig, { entry });
    await gateway.untilReady();
    const readyMs = performance.now() - begun;
    all.push({ readyMs, cpuMs: gateway.cpuMs, residentMegabytes: await gateway.residentMegabytes() });
  }
  const [least] = all.toSorted((a, b) => a.cpuMs - b.cpuMs);
  if (!least) throw new TypeError('Expected at least one start.');
  return least;
}

/** Returns the size of the list of all workspaces, as the API server sends it. */
export async function jsonMegabytes({ url, token }: Simulator): Promise<number> {
  const response = await fetch(`${url}/apis/kubeflow.org/v1beta1/workspaces`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return (await response.arrayBuffer()).byteLength / 1e6;
}
