import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildASTSchema, parse, type DocumentNode } from 'graphql';

/**
 * Generates types for the operations of tests, demo and examples, and for those of the dashboard. `--check` writes nothing, and
 * fails if a file is not up to date.
 */
const schemaFile = 'schema/schema.graphql';
const operationFiles = ['schema/operations/*.graphql', 'client/test/*.graphql', 'client/recipes/*.graphql'];
const sourceFiles = ['test/**/*.ts', 'dev/demo/**/*.ts'];
const dashboardFiles = ['web/src/**/*.graphql'];

interface Source {
  readonly location: string;
  readonly rawSDL: string;
  readonly document: DocumentNode;
}

interface Target {
  readonly outputDirectory: string;
  readonly documents: Source[];
  /** `string`: documents are text, which needs no printer in a browser. */
  readonly documentMode?: 'string';
}

const generated = new Map([
  ...(await generate({
    outputDirectory: 'test/__generated__/',
    documents: [...readOperations(operationFiles), ...readTaggedTexts()],
  })),
  ...(await generate({
    outputDirectory: 'web/src/__generated__/',
    documents: readOperations(dashboardFiles),
    documentMode: 'string',
  })),
]);
if (process.argv.includes('--check')) check(generated);
else write(generated);

async function generate({ outputDirectory, documents, documentMode }: Target): Promise<ReadonlyMap<string, string>> {
  const schema = parse(readFileSync(schemaFile, 'utf8'));
  const files = await preset.buildGeneratesSection({
    baseOutputDir: outputDirectory,
    schema,
    schemaAst: buildASTSchema(schema),
    documents,
    config: {
      ...(documentMode && { documentMode }),
      useTypeImports: true,
      enumsAsConst: true,
      importExtension: '.ts',
      emitLegacyCommonJSImports: false,
      scalars: { DateTime: 'string', JSON: 'unknown' },
    },
    presetConfig: { fragmentMasking: false },
    plugins: [],
    pluginMap: {},
  });
  return new Map(await Promise.all(files.map(async (file) => [file.filename, await codegen(file)] as const)));
}

function readOperations(patterns: string[]): Source[] {
  return globSync(patterns)
    .toSorted()
    .map((location) => source(location, readFileSync(location, 'utf8')));
}

// Operations in graphql(`…`) or graphql`…`.
function readTaggedTexts(): Source[] {
  return globSync(sourceFiles, { exclude: (path) => path.includes('__generated__') })
    .toSorted()
    .flatMap((location) =>
      [...readFileSync(location, 'utf8').matchAll(/\bgraphql(?:\(\s*)?(?:\/\* GraphQL \*\/\s*)?`([^`]+)`/g)].map(
        ([, text]) => source(location, text ?? ''),
      ),
    );
}

function source(location: string, text: string): Source {
  return { location, rawSDL: text, document: parse(text) };
}

function write(files: ReadonlyMap<string, string>): void {
  for (const [file, text] of files) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function check(files: ReadonlyMap<string, string>): void {
  const stale = [...files].filter(([file, text]) => globSync(file).length === 0 || readFileSync(file, 'utf8') !== text);
  for (const [file] of stale)
    console.error(`${file} differs from the code generated from ${schemaFile}; run npm run codegen`);
  if (stale.length > 0) process.exitCode = 1;
}
