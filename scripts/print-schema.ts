// Prints the schema of the code to schema/schema.graphql.
//   node scripts/print-schema.ts [--check]      --check writes nothing, and fails if the file differs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema.ts';

const file = 'schema/schema.graphql';
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, printed);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== printed) {
  console.error(`${file} differs from the schema in src/schema.ts; run npm run schema`);
  process.exitCode = 1;
}
