import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { GraphiQLTab } from './graphiql-page.ts';

/** One tab per `*.graphql` file, in the order of the file names; its variables are in the `*.json` file of the same name, if any. */
export function readExampleTabs(directory: string): readonly GraphiQLTab[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .toSorted()
    .map((file) => readTab(directory, parse(file).name));
}

function readTab(directory: string, name: string): GraphiQLTab {
  const query = readFileSync(join(directory, `${name}.graphql`), 'utf8');
  const variablesFile = join(directory, `${name}.json`);
  return existsSync(variablesFile) ? { name, query, variables: readFileSync(variablesFile, 'utf8') } : { name, query };
}
