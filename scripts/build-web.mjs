// Bundles the dashboard page to web/dist: app.js and app.css. It takes less than a second, so the scripts that need the page
// build it each time. Files are replaced at once, because a running gateway or another build may read them.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripIgnoredCharacters } from 'graphql';
import { bundle } from 'lightningcss';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = `${root}web/dist`;

const app = await rolldown({
  input: `${root}web/src/main.tsx`,
  platform: 'browser',
  tsconfig: `${root}web/tsconfig.json`,
  plugins: [{ name: 'short-documents', transform: shortDocuments }],
  // An unresolved import is an error. The page does not import the module of graphql-ws for Node.
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(log.message);
  },
});
const { output } = await app.generate({
  format: 'esm',
  minify: true,
  codeSplitting: false,
  comments: { annotation: false },
});
const { code } = bundle({ filename: `${root}web/src/styles/app.css`, minify: true });

mkdirSync(outDir, { recursive: true });
replace('app.css', code);
// The script is replaced last, because the gateway reads both files again when it has changed.
replace('app.js', output[0].code);

/**
 * Removes line breaks and indentation of the GraphQL documents, which the minifier keeps as parts of strings, and marks the documents as
 * removable: those of fragments, which the operations contain, are not used.
 */
function shortDocuments(text, id) {
  if (!id.endsWith('/__generated__/graphql.ts')) return null;
  const short = text.replaceAll(/(?<=TypedDocumentString\(`)[^`]*/gu, stripIgnoredCharacters);
  return short.replaceAll('= new TypedDocumentString(', '= /* @__PURE__ */ new TypedDocumentString(');
}

function replace(name, content) {
  const temporary = `${outDir}/${name}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, `${outDir}/${name}`);
}
