import { canariesIn } from './canaries.ts';
import type { VisibilityModel } from './visibility-model.ts';
import type { Stage } from './stage.ts';

/** Words of the world. */
export interface Words {
  readonly all: ReadonlySet<string>;
  /** Those that the cluster lets the person read. */
  readonly readable: ReadonlySet<string>;
}

export function wordsOf(stage: Stage, model: VisibilityModel): Words {
  return {
    all: canariesIn(JSON.stringify(Object.values(stage.world()))),
    readable: canariesIn(JSON.stringify(model.readable())),
  };
}
