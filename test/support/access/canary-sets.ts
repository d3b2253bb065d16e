import { canariesIn } from './canaries.ts';
import type { VisibilityModel } from './visibility-model.ts';
import type { AccessEnvironment } from './environment.ts';

/** Canaries of the cluster. */
export interface CanarySets {
  readonly all: ReadonlySet<string>;
  /** Canaries in objects that the user may read. */
  readonly readable: ReadonlySet<string>;
}

export function canarySetsOf(environment: AccessEnvironment, model: VisibilityModel): CanarySets {
  return {
    all: canariesIn(JSON.stringify(Object.values(environment.stored()))),
    readable: canariesIn(JSON.stringify(model.readable())),
  };
}
