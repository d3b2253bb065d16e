import { objectAt, textAt } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { change, listed } from './served.ts';

/** Brings DevPod workspaces that are new on: they are pending, then ready. */
export function readyDevPods(simulator: Simulator): void {
  for (const instance of listed(simulator, 'management.loft.sh/v1', 'DevPodWorkspaceInstance')) {
    const phase = textAt(instance['status'], 'phase');
    if (phase === undefined) change(simulator, instance, { status: { phase: 'Pending', reason: 'Scheduling' } });
    if (phase !== 'Pending') continue;
    const template = objectAt(instance['spec'], 'template');
    change(simulator, instance, { status: { phase: 'Ready', lastWorkspaceStatus: 'Running', instance: template } });
  }
}
