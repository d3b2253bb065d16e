// Adds up the results that the test suites left in a directory and ends with `N passed, N failed, N skipped`.
//   node scripts/sum-results.mjs <directory> <status> <suite>…
// Each suite is a file <suite>.json of vitest's JSON reporter; a suite that left none counts as one failure, and so does a
// status (of all that ran) other than 0 that no failed test explains. Exit status 1 if anything failed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, status, ...suites] = process.argv.slice(2);
const results = suites.map((suite) => resultOf(suite));
const passed = sum(results.map((result) => result.passed));
const skipped = sum(results.map((result) => result.skipped));
const failed = sum(results.map((result) => result.failed)) || (status === '0' ? 0 : 1);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

function resultOf(suite) {
  const file = join(directory, `${suite}.json`);
  if (!existsSync(file)) {
    console.error(`${suite}: no result; it did not run to its end`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { success, numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  // A file that fails to load has no failed test, and yet has failed.
  return {
    passed: numPassedTests,
    failed: success ? numFailedTests : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
  };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
