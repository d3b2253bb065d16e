import { resources } from '../../src/kinds/index.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';

const all: readonly Resource[] = resources;

/** What a gateway watches although nobody reads: as many watches are open once it has started. */
export const alwaysWatched = all.filter(({ cache }) => cache.watched === 'always');
