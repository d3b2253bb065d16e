import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { createScratchDirectory, type ScratchDirectory } from '../../test/support/scratch-directory.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { LogOutput, type LostLines } from './log-output.ts';

const MEBIBYTE = 1_048_576;
const AUDIT_LINE = `{"audit":true,"mutation":"pauseWorkspace"}\n`;

let directory: ScratchDirectory;
let pipe: string;
let reader: number;
let writer: number;
beforeEach(async () => {
  directory = await createScratchDirectory();
  pipe = path.join(directory.path, 'pipe');
  execFileSync('mkfifo', [pipe]);
  reader = openReader();
  writer = openSync(pipe, 'w');
});
afterEach(async () => {
  for (const descriptor of [reader, writer]) closeSync(descriptor);
  await directory[Symbol.asyncDispose]();
});

function openReader(): number {
  return openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
}

/** Returns the bytes in the pipe. */
function readAvailable(): string {
  const chunks: Buffer[] = [];
  for (const chunk = Buffer.alloc(MEBIBYTE); ;) {
    try {
      const length = readSync(reader, chunk);
      if (length === 0) break;
      chunks.push(Buffer.from(chunk.subarray(0, length)));
    } catch {
      break; // EAGAIN: it is empty
    }
  }
  return Buffer.concat(chunks).toString();
}

function numbered(count: number, length = 1_000): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index} ${'x'.repeat(length)}\n`);
}

it('writes all lines in order when the reader of the pipe is slow', async () => {
  const output = new LogOutput(writer, () => undefined);
  const lines = numbered(1_000);
  for (const line of lines) output.write(line);
  let read = '';
  await waitFor(() => (read += readAvailable()).length >= lines.join('').length, 'all lines are read');
  expect(read).toBe(lines.join(''));
  expect(output.lost).toEqual({ auditLines: 0, otherLines: 0 });
});

it('continues with the waiting lines when a reader comes after the last one has ended', async () => {
  const output = new LogOutput(writer, () => undefined);
  closeSync(reader);
  for (const line of numbered(10)) output.write(line);
  reader = openReader();
  let read = '';
  await waitFor(() => (read += readAvailable()).length >= numbered(10).join('').length, 'all lines are read');
  expect(read).toBe(numbered(10).join(''));
});

it('loses other lines before audit lines, and reports their number, when more than 4 MiB wait', async () => {
  const reports: LostLines[] = [];
  const output = new LogOutput(writer, (lost) => reports.push(lost));
  for (const line of numbered(60, 100_000)) output.write(line);
  const written = output.lost.otherLines;
  expect(written).toBeGreaterThan(10);
  for (let count = 0; count < 1_000; count += 1) output.write(AUDIT_LINE);
  expect(output.lost).toEqual({ auditLines: 0, otherLines: written });
  let read = '';
  await waitFor(() => {
    read += readAvailable();
    return reports.length > 0;
  }, 'the loss is reported');
  expect(reports).toEqual([{ auditLines: 0, otherLines: written }]);
  expect((read + readAvailable()).split(AUDIT_LINE)).toHaveLength(1_001);
});

it('loses audit lines when 8 MiB wait', () => {
  const output = new LogOutput(writer, () => undefined);
  const line = AUDIT_LINE.replace('pauseWorkspace', 'x'.repeat(100_000));
  for (let count = 0; count < 100; count += 1) output.write(line);
  expect(output.lost.otherLines).toBe(0);
  expect(output.lost.auditLines).toBeGreaterThan(10);
  expect(output.lost.auditLines).toBeLessThan(25);
});

it('drains within its time when the reader reads nothing', async () => {
  const output = new LogOutput(writer, () => undefined);
  for (const line of numbered(1_000)) output.write(line);
  await output.drained(20);
  output.flush();
  expect(output.lost).toEqual({ auditLines: 0, otherLines: 0 });
});

const INFO_LINE = `{"level":30,"msg":"request"}\n`;

it('writes lines of requests together, and audit lines and errors at once with those before them, in their order', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // the time does not pass
  onTestFinished(() => void vi.useRealTimers());
  const output = new LogOutput(writer, () => undefined);
  for (let count = 0; count < 100; count += 1) {
    output.write(INFO_LINE);
    await nextTurn();
  }
  expect(readAvailable()).toBe('');
  let expected = INFO_LINE.repeat(100);
  for (const urgent of [AUDIT_LINE, `{"level":50,"msg":"unexpected error"}\n`]) {
    output.write(urgent);
    expected += urgent;
    let read = '';
    await waitFor(() => (read += readAvailable()).length >= expected.length, 'the urgent line is read');
    expect(read).toBe(expected);
    output.write(INFO_LINE);
    expected = INFO_LINE;
  }
  await nextTurn();
  expect(readAvailable()).toBe('');
  vi.advanceTimersByTime(1_000);
  await waitFor(() => readAvailable() === INFO_LINE, 'the last line is read');
});
