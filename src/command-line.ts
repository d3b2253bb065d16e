import { parseArgs } from 'node:util';
import { inspectConfig } from './config.ts';

/** The action that the arguments ask for. */
export type Command = 'serve' | 'check' | 'help' | 'version';

/** Invalid arguments. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const options = {
  check: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

/** @throws {UsageError} if an argument is not known */
export function commandOf(args: readonly string[]): Command {
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false });
    if (values.help) return 'help';
    if (values.version) return 'version';
    return values.check ? 'check' : 'serve';
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`Expected no argument, --check, --help or --version. ${error.message}`, { cause: error });
  }
}

/** Returns the text of `--help`, with the name and default of each setting. */
export function helpText(): string {
  const settings = inspectConfig({}).settings.effective();
  return [
    'Usage: npm start -- [--check | --help | --version]',
    '',
    'Serves the GraphQL API of Kubeflow workspaces.',
    '',
    '  --check    prints the settings, what the cluster serves and which permissions are missing, and exits with 0 or 1',
    '  --help     prints this text',
    '  --version  prints the version of the gateway',
    '',
    'Settings are environment variables, or names in the YAML file CONFIG_FILE. docs/configuration.md explains them.',
    '',
    ...settings.map(({ name, value }) => `  ${name}${value === '' ? '' : `=${value}`}`),
  ].join('\n');
}
