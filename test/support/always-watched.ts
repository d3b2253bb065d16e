import { rbacResources } from '../../src/auth/rbac/resources.ts';
import { resources } from '../../src/kinds/index.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';

const all: readonly Resource[] = resources;

/** Kinds that a gateway always watches. */
export const alwaysWatchedKinds = all.filter(({ cache }) => cache.watched === 'always');

/** Resources that a gateway always watches: their number is that of the open watches after its start. */
export const alwaysWatched = [...alwaysWatchedKinds, ...rbacResources];
