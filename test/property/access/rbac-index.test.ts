import { expect, it } from 'vitest';
import { isAffected, type AccessChange } from '../../../src/auth/rbac/access-change.ts';
import { isCandidate } from '../../../src/auth/rbac/candidates.ts';
import { subjectKeysOf } from '../../../src/auth/rbac/subjects.ts';
import type { ResourceAttributes } from '../../../src/auth/resource-attributes.ts';
import { RbacChanges, USERS, type RbacUser } from '../../support/access/rbac-changes.ts';
import { RbacStorage } from '../../support/access/rbac-storage.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';

const seeds = seedsOf(process.env['RBAC_SEEDS'] ?? '10');
const ROUNDS = 25;
const MOST_MISTAKES = 3;

function isAllowed({ authorizer }: RbacStorage, user: RbacUser, { namespace, name, ...action }: ResourceAttributes) {
  const target = { namespace: namespace ?? '', name: name ?? '', subresource: action.subresource ?? '' };
  return authorizer.authorize(user, { ...action, ...target, type: 'resource' }).allowed;
}

it.each(seeds)(
  'finds every permission among the candidates, and reports every change of a decision, with seed %i',
  (seed) => {
    const changes = new RbacChanges(seededRandom(seed));
    const storage = new RbacStorage(changes.initial());
    const reported = new Map<RbacUser, AccessChange[]>(USERS.map((user) => [user, []]));
    for (const [user, received] of reported)
      storage.index.addChangeHandler(subjectKeysOf(user), (change) => received.push(change));
    const decisions = () =>
      USERS.flatMap((user) =>
        changes.requests.map((request) => ({ user, request, allowed: isAllowed(storage, user, request) })),
      );
    const mistakes: string[] = [];
    let before = decisions();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const received of reported.values()) received.length = 0;
      const step = changes.act(storage);
      const after = decisions();
      for (const [index, { user, request, allowed }] of after.entries()) {
        const candidates = storage.index.candidates(subjectKeysOf(user), request) ?? 'all';
        const isReported = reported.get(user)?.some((change) => isAffected(request, change)) ?? false;
        const about = `${user.name} ${JSON.stringify(request)} after ${step}`;
        if (allowed && !isCandidate(candidates, request)) mistakes.push(`not a candidate: ${about}`);
        if (allowed !== before[index]?.allowed && !isReported) mistakes.push(`not reported: ${about}`);
      }
      before = after;
    }
    expect(storage.index.isUsable).toBe(true);
    expect(mistakes.slice(0, MOST_MISTAKES), `again: RBAC_SEEDS=${seed}-${seed}`).toEqual([]);
  },
);
