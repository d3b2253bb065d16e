// Compiles the client package to client/dist, or to the directory that is given: JavaScript without comments, and
// declarations with them.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = resolve(process.argv[2] ?? `${root}client/dist`);

rmSync(outDir, { recursive: true, force: true });
for (const options of [['--declaration', 'false', '--removeComments'], ['--emitDeclarationOnly']])
  execFileSync('npx', ['tsc', '-p', 'client/tsconfig.build.json', '--outDir', outDir, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
