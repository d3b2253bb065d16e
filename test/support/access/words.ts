import { canariesIn } from './canaries.ts';
import type { SightModel } from './sight-model.ts';
import type { Stage } from './stage.ts';

/** Words of the world. */
export interface Words {
  readonly all: ReadonlySet<string>;
  /** Those that the cluster lets the person read. */
  readonly readable: ReadonlySet<string>;
}

export function wordsOf(stage: Stage, model: SightModel): Words {
  return {
    all: canariesIn(JSON.stringify(Object.values(stage.world()))),
    readable: canariesIn(JSON.stringify(model.readable())),
  };
}
