import { expect, it } from 'vitest';
import { LogBuffer } from './log-buffer.ts';

function lines(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    return {
      time: `2026-01-01T00:00:${String(number % 60).padStart(2, '0')}Z`,
      text: `line ${number}`,
      truncated: false,
    };
  });
}

it('keeps the last 5,000 lines in full blocks', () => {
  const buffer = new LogBuffer();
  buffer.add(lines(0, 20_000), false);
  const kept = buffer.text.trimEnd().split('\n');
  expect(kept).toHaveLength(5_000);
  expect(kept.at(-1)).toBe('line 19999');
});

it('drops lines that were sent before an interruption when a log is resumed', () => {
  const buffer = new LogBuffer();
  buffer.add(lines(0, 3), false);
  expect(buffer.lastTime).toBe('2026-01-01T00:00:02Z');
  buffer.add(lines(1, 4), true);
  expect(buffer.text).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
});

/** Returns a line at a time with some decimals, which are its text. */
function lineAt(decimals: string) {
  return { time: `2026-01-01T00:00:02${decimals}Z`, text: decimals, truncated: false };
}

it('compares times with different numbers of decimals when a log is resumed', () => {
  const buffer = new LogBuffer();
  buffer.add([lineAt('.12')], false);
  buffer.add(['', '.1', '.12', '.123', '.2'].map(lineAt), true);
  expect(buffer.text).toBe('.12\n.123\n.2\n');
});

it('keeps the full blocks when lines are added', () => {
  const buffer = new LogBuffer();
  buffer.add(lines(0, 300), false);
  const [full] = buffer.blocks.value;
  buffer.add(lines(300, 10), false);
  expect(buffer.blocks.value[0]).toBe(full);
});

it('marks lines that the gateway has cut', () => {
  const buffer = new LogBuffer();
  buffer.add([{ text: 'long', truncated: true }], false);
  expect(buffer.text).toBe('long … (cut)\n');
});
