import { expect, it } from 'vitest';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import { FieldSlots, IndexEntry } from '../cache/indexes/index-entry.ts';
import { compareEntries, SortedRun } from '../cache/indexes/sorted-run.ts';
import { nameField, namespaceField } from '../kubernetes/object-field.ts';
import { orderingByFields } from '../kubernetes/ordering.ts';
import { mergePage } from './merged-page.ts';

const ordering = orderingByFields<WidgetObject>('NAME DESC, NAMESPACE ASC', [nameField, namespaceField], [-1, 1]);
const compare = (a: IndexEntry<WidgetObject>, b: IndexEntry<WidgetObject>) => compareEntries(a, b, ordering);

it.each(Array.from({ length: 5 }, (_, index) => index + 1))(
  'returns the first or last entries of all lists together, and what is left of each (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const slots = new FieldSlots();
    for (let round = 0; round < 50; round += 1) {
      let position = 0;
      const lists = Array.from({ length: random.below(8) }, (_, list) => {
        const names = Array.from({ length: random.below(12) }, (__, index) => `w-${index * (1 + random.below(3))}`);
        const entries = [...new Set(names)].map(
          (name) => new IndexEntry(widgetObject(name, { namespace: `team-${list}` }), position++, slots),
        );
        return new SortedRun(entries.sort(compare), ordering);
      });
      const parts = lists.map((list) => {
        const from = random.below(list.entries.length + 1);
        return { list, part: { from, to: from + random.below(list.entries.length - from + 1) } };
      });
      const limit = random.pick([1, 3, 20, Infinity]);
      const isBackward = random.below(2) === 0;
      const page = mergePage(parts, { compare: (a, b) => compareEntries(a, b, ordering), limit, isBackward });

      const all = parts.flatMap(({ list, part }) => list.entries.slice(part.from, part.to)).sort(compare);
      const expected = isBackward ? all.slice(Math.max(0, all.length - limit)) : all.slice(0, limit);
      expect(page.entries).toEqual(expected);
      const taken = page.parts.flatMap(({ from, to }, index) => lists[index]?.entries.slice(from, to) ?? []);
      expect(new Set(taken)).toEqual(new Set(expected));
      expect(taken).toHaveLength(expected.length);
    }
  },
);
