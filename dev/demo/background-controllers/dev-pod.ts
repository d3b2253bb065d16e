import { objectAt, textAt } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { updateObject, listObjects } from './object-access.ts';

/** Brings DevPod workspaces that are new on: they are pending, then ready. */
export function advanceDevPods(simulator: Simulator): void {
  for (const instance of listObjects(simulator, 'management.loft.sh/v1', 'DevPodWorkspaceInstance')) {
    const phase = textAt(instance['status'], 'phase');
    if (phase === undefined) updateObject(simulator, instance, { status: { phase: 'Pending', reason: 'Scheduling' } });
    if (phase !== 'Pending') continue;
    const template = objectAt(instance['spec'], 'template');
    updateObject(simulator, instance, {
      status: { phase: 'Ready', lastWorkspaceStatus: 'Running', instance: template },
    });
  }
}
