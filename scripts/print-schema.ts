import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../src/schema.ts';

/** Writes the schema that the code defines where people read it. `--check` writes nothing and fails where that is another one. */
const file = 'schema/schema.graphql';
const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, printed);
} else if (!existsSync(file) || readFileSync(file, 'utf8') !== printed) {
  console.error(`${file} is not the schema that src/schema.ts defines: npm run schema`);
  process.exitCode = 1;
}
