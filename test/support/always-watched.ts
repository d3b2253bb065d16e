import { resources } from '../../src/kinds/index.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';

const all: readonly Resource[] = resources;

/** Resources that a gateway always watches: their number is that of the open watches after its start. */
export const alwaysWatched = all.filter(({ cache }) => cache.watched === 'always');
