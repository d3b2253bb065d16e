// Adds up the results of the test suites in a directory. The last line is `N passed, N failed, N skipped`.
//   node scripts/sum-results.mjs <directory> <status> <suite>…
// Each suite is a file <suite>.json of vitest's JSON reporter. A missing file counts as one failure, and so does an exit status
// (of all commands) other than 0 without a failed test. Exit status 1 if anything failed.
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
    console.error(`${suite}: expected a result in ${file}, got none: the suite did not complete`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { success, numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  // A test file that fails to load has no failed test but counts as a failure.
  return {
    passed: numPassedTests,
    failed: success ? numFailedTests : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
  };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
