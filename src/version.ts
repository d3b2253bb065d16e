import { readFileSync } from 'node:fs';

/** Returns the version of the package. */
export function gatewayVersion(): string {
  const { version }: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return version;
}
