// Adds up the results of the test suites in a directory. Prints each failure; the last line is `N passed, N failed, N skipped`.
//   node scripts/sum-results.mjs <directory> <status> <suite>…
// Each suite is a file <suite>.json of vitest's JSON reporter. A missing file counts as one failure, and so does an exit status
// (of all commands) other than 0 without a failed test. Exit status 1 if anything failed.
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const LINES_PER_FAILURE = 12;

const [directory, exitStatus, ...suites] = process.argv.slice(2);
const results = suites.map((suite) => resultOf(suite));
const passed = sum(results.map((result) => result.passed));
const skipped = sum(results.map((result) => result.skipped));
const failedTests = sum(results.map((result) => result.failed));
if (failedTests === 0 && exitStatus !== '0')
  console.log(`a command failed with exit status ${exitStatus} and no failed test`);
const failed = failedTests || (exitStatus === '0' ? 0 : 1);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

function resultOf(suite) {
  const file = join(directory, `${suite}.json`);
  if (!existsSync(file)) {
    console.error(`${suite}: expected a result in ${file}, got none: the suite did not complete`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const { success, numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  for (const failure of testResults.flatMap(failuresOf)) console.log(`${suite}: failed: ${failure}`);
  // A test file that fails to load has no failed test but counts as a failure.
  return {
    passed: numPassedTests,
    failed: success ? numFailedTests : Math.max(1, numFailedTests),
    skipped: numPendingTests + numTodoTests,
  };
}

function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(process.cwd(), name);
  const tests = assertionResults.filter((test) => test.status === 'failed');
  if (tests.length > 0) {
    return tests.map((test) => `${file} > ${test.fullName}\n${indented(test.failureMessages.join('\n'))}`);
  }
  return status === 'failed' ? [`${file}\n${indented(message)}`] : [];
}

function indented(message) {
  const lines = message.split('\n').filter((line) => !line.includes('/node_modules/'));
  return lines
    .slice(0, LINES_PER_FAILURE)
    .map((line) => `  ${line}`)
    .join('\n');
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
