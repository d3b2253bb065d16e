import { findChromium } from './chromium.ts';

/** Path of the browser. Undefined if there is none: then the tests that need one are skipped. */
export const executablePath = findChromium(process.env);

const missing = 'No Chromium on the PATH (or in CHROMIUM)';
if (!executablePath && process.env['REQUIRE_BROWSER'] === '1')
  throw new Error(`${missing}, and REQUIRE_BROWSER is set`);
if (!executablePath) process.stderr.write(`${missing}: the browser tests are skipped\n`);
