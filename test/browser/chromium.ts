import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** The browser of this machine: CHROMIUM if it is set, else the first one on the PATH. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  const directories = (env['PATH'] ?? '').split(delimiter);
  const candidates = [env['CHROMIUM'] ?? '', ...names.flatMap((name) => directories.map((at) => join(at, name)))];
  return candidates.find((file) => file !== '' && existsSync(file));
}

/** A fresh profile, and no services of its own that talk to the world. */
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
