import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';

/** A tab of the query editor. */
export interface GraphiQLTab {
  readonly name: string;
  readonly query: string;
  /** The text of the variables editor: a JSON object. */
  readonly variables?: string;
}

/** Groups of examples by the number of their first one, in ascending order. */
const GROUPS = [
  { from: 1, title: 'Dashboard' },
  { from: 9, title: 'Changes of workspaces' },
  { from: 19, title: 'Workspace kinds' },
  { from: 20, title: 'DevPod workspaces' },
  { from: 27, title: 'Volcano jobs' },
  { from: 30, title: 'Diagnosis and logs' },
  { from: 33, title: 'Storage and secrets' },
  { from: 40, title: 'Totals and capacity' },
];

interface Example {
  /** The number at the beginning of the file's name, such as `04a`. */
  readonly number: string;
  readonly group: string;
  readonly type: string;
  readonly operation: string;
  /** The comment before the operation. */
  readonly description: string;
  readonly query: string;
  readonly variables?: string | undefined;
}

/** Returns the example of a file, as the side panel lists it. */
export function exampleOf({ name, query, variables }: GraphiQLTab): Example {
  const number = /^\d+[a-z]?/u.exec(name)?.[0] ?? '';
  const [, type = 'query', operation = name] = /^(query|mutation|subscription) (\w+)/mu.exec(query) ?? [];
  const lines = query.split('\n');
  const comment = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith('#')),
  );
  return {
    number,
    group: GROUPS.findLast(({ from }) => Number.parseInt(number, 10) >= from)?.title ?? 'Others',
    type,
    operation,
    description: comment.map((line) => line.replace(/^#\s?/u, '')).join(' '),
    query,
    variables,
  };
}

/** Returns the examples that are open at a first visit: those of the first eight numbers. */
export function firstTabs(tabs: readonly GraphiQLTab[]): readonly GraphiQLTab[] {
  return tabs.filter(({ name }) => !/^\d+[a-z]/u.test(name)).slice(0, 8);
}

/** Reads one tab per `*.graphql` file, sorted by name, with the variables of the `*.json` file of the same name, if any. */
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
