import { expect, it } from 'vitest';
import { Widget } from '../../test/support/widget.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import { EMPTY_SCOPE } from '../auth/visibility-scope.ts';
import { Store } from '../cache/store.ts';
import { ScopedLister } from './scoped-lister.ts';

it('returns an object by no read when it is not visible', () => {
  const visible = widgetObject('a', { namespace: 'team-a', uid: 'visible' });
  const hidden = widgetObject('a', { namespace: 'team-b', uid: 'hidden' });
  const store = new Store(Widget);
  store.replace([visible, hidden], '9');
  const scope = { full: new Set(['team-a']), redacted: EMPTY_SCOPE };
  const lister = new ScopedLister({ scope, cached: { store, changesSince: () => Promise.resolve(undefined) } });
  expect([lister.get(visible.metadata), lister.get(hidden.metadata)]).toEqual([visible, undefined]);
  expect([lister.withUid('visible'), lister.withUid('hidden')]).toEqual([visible, undefined]);
  expect([lister.list(), lister.list('team-a'), lister.list('team-b')]).toEqual([[visible], [visible], []]);
  expect(lister.byIndex('color', hidden.spec.color)).toEqual([visible]);
  expect(lister.countByIndex('color', hidden.spec.color)).toBe(1);
});
