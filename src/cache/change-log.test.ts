import { expect, it } from 'vitest';
import { widgetObject } from '../../test/support/widget-object.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import { ChangeLog } from './change-log.ts';

function logWith(capacity: number, versions: readonly number[]): ChangeLog<WidgetObject> {
  const log = new ChangeLog<WidgetObject>(capacity);
  log.startAt('1');
  for (const version of versions.map(String))
    log.record({ type: 'added', object: widgetObject(`w-${version}`, { resourceVersion: version }), version });
  return log;
}

it('keeps the last changes when there are more than twice its capacity', () => {
  const log = logWith(2, [2, 3, 4, 5, 6]);
  expect([log.changesSince('3'), log.changesSince('4')?.length]).toEqual([undefined, 2]);
});

it('knows no changes since a version when it has discarded a later one, which was the result of a write', () => {
  const log = logWith(2, [2, 4, 3, 5, 6]);
  expect([log.changesSince('3'), log.changesSince('4')?.length]).toEqual([undefined, 2]);
});

it('knows each change since a version when a list in between had the version of the log', () => {
  const log = logWith(10, [2, 3]);
  log.recordGap('3', '3');
  expect([log.changesSince('2', 'each')?.length, log.changesSince('2')?.length]).toEqual([1, 1]);
});

it('forgets changes, gaps and results when it starts again', () => {
  const log = logWith(10, [2]);
  log.recordGap('2', '9');
  expect([log.changesSince('1')?.length, log.changesSince('5')]).toEqual([1, undefined]);
  log.startAt('1');
  expect([log.changesSince('1'), log.changesSince('5')]).toEqual([[], []]);
});
