import { expect, it } from 'vitest';
import { heapBytes } from '../support/heap.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const WORKSPACES = 1_000;
/** Lists of a burst. Their text alone has 3 MB. */
const LISTS = 20;
const PATIENCE_MS = 60_000;
/** For the documents and compiled operations. The text of both bursts has twice as much, and their cached rows would have six times. */
const TOLERATED_BYTES = 4_000_000;

it(
  'returns the memory of long lists with different selections after a burst of them',
  async () => {
    const objects = Array.from({ length: WORKSPACES }, (_, index) => workspace(`nb-${index}`, { state: 'Running' }));
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...objects] });
    let number = 0;
    const burst = async () => {
      const queries = Array.from({ length: LISTS }, () => {
        number += 1;
        return `{ workspaces(first: ${WORKSPACES}) { nodes { a${number}: name id state metadata { uid namespace createdAt } } } }`;
      });
      const answers = await Promise.all(queries.map((query) => gateway.query(query)));
      expect(answers.map(({ errors }) => errors)).toEqual(queries.map(() => undefined));
    };
    await burst(); // builds the indexes
    const before = heapBytes();
    await burst();
    await burst();
    expect(heapBytes() - before).toBeLessThan(TOLERATED_BYTES);
  },
  PATIENCE_MS,
);
