import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Returns the path of the browser: CHROMIUM if it is set, else the first one on the PATH. Undefined if there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const directories = (env['PATH'] ?? '').split(delimiter);
  const candidates = [env['CHROMIUM'] ?? '', ...names.flatMap((name) => directories.map((at) => join(at, name)))];
  return candidates.find((file) => file !== '' && existsSync(file));
}

/** Starts the browser with a new profile, and without background services that use the network. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
