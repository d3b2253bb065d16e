// Bundles the gateway with its packages to dist/server.js, which starts in a quarter of the time of the sources and needs half of their
// memory. GraphiQL stays in a file of its own, because it is 9 MB and is read at the first visit. Names are kept, so that stacks in the
// log can be read. Files are replaced at once, because a running gateway may read them.
//
// The parts are CommonJS: V8 can cache their code (see code-cache.cjs), and a module that imports `node:http` would load Node's own
// `fetch`, 20 ms and 5 MB, because all exports of that module are read.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

const server = await rolldown({
  input: `${root}src/main.ts`,
  platform: 'node',
  tsconfig: `${root}tsconfig.base.json`,
  resolve: {
    conditionNames: ['production', 'module-sync', 'node', 'import', 'default'],
    // The client library needs it for requests with `fetch`, which the gateway does not send. It is 1.2 MB.
    alias: {
      undici: `${root}scripts/unused-undici.mjs`,
      // The gateway gives kubeconfigs to the client library as JSON, after its own parser of YAML has read them.
      'js-yaml': `${root}scripts/json-as-yaml.mjs`,
    },
  },
  treeshake: {
    // The package does not say that its generated API clients, 650 kB, have no side effects.
    moduleSideEffects: [{ test: /@kubernetes\/client-node/u, sideEffects: false }],
  },
  // yoga compares it with the one that it brings along. To read it would load Node's own `fetch`, too.
  transform: { define: { 'globalThis.Request': 'undefined' } },
  // An unresolved import is an error.
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(log.message);
  },
});
const { output } = await server.generate({
  format: 'cjs',
  entryFileNames: 'gateway.cjs',
  chunkFileNames: '[name].cjs',
  comments: false,
});

mkdirSync(`${root}dist`, { recursive: true });
for (const { fileName, code } of output) replace(fileName, escaped(code));
replace('code-cache.cjs', readFileSync(`${root}scripts/code-cache.cjs`));
replace('server.js', "import { run } from './code-cache.cjs';\nrun('gateway.cjs');\n");
const graphqlWs = createRequire(import.meta.url).resolve('graphql-ws');
replace('graphql-ws.min.js', readFileSync(new URL('../umd/graphql-ws.min.js', `file://${graphqlWs}`)));

/** V8 keeps a text with one other character as UTF-16, in twice the memory. */
function escaped(code) {
  return code.replace(/[\u0100-\u{10ffff}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

function replace(name, content) {
  const temporary = `${root}dist/${name}.${process.pid}`;
  writeFileSync(temporary, content);
  renameSync(temporary, `${root}dist/${name}`);
}
