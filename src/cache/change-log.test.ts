import { expect, it } from 'vitest';
import { widgetObject } from '../../test/support/widget-object.ts';
import type { WidgetObject } from '../../test/support/widget.ts';
import { ChangeLog } from './change-log.ts';

function logWith(capacity: number, lastVersion: number): ChangeLog<WidgetObject> {
  const log = new ChangeLog<WidgetObject>(capacity);
  log.startAt('1');
  for (let number = 2; number <= lastVersion; number += 1) {
    const version = String(number);
    log.record({ type: 'added', object: widgetObject(`w-${version}`, { resourceVersion: version }), version });
  }
  return log;
}

it('keeps the last changes when there are more than twice its capacity', () => {
  const log = logWith(2, 6);
  expect([log.changesSince('3'), log.changesSince('4')?.length]).toEqual([undefined, 2]);
});

it('forgets changes, gaps and results when it starts again', () => {
  const log = logWith(10, 2);
  log.recordGap('2', '9');
  expect([log.changesSince('1')?.length, log.changesSince('5')]).toEqual([1, undefined]);
  log.startAt('1');
  expect([log.changesSince('1'), log.changesSince('5')]).toEqual([[], []]);
});
