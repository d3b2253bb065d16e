// Runs the steps of the Dockerfile without a container engine: each stage is an empty directory, `COPY` copies from the build context
// (what git tracks and .dockerignore admits) or from another stage, and `RUN` runs in the WORKDIR of the stage with the Node of npm
// scripts. Base images are not used, so a stage has the commands of this machine. Prints the files of
// the target, which is the gateway or the demo, and its compressed size with --size.
//   npm run image:replay -- [--target demo] [--into <directory>] [--packages <node_modules>] [--size]
// --packages replaces `npm ci` by a link to an installed directory, which is faster and needs no registry. For the gateway only.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const root = path.join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    target: { type: 'string' },
    into: { type: 'string' },
    packages: { type: 'string' },
    size: { type: 'boolean' },
  },
});
const into = path.resolve(options.into ?? mkdtempSync(path.join(tmpdir(), 'image-')));
const context = filesOfContext();
const stages = new Map();

let stage;
for (const [instruction, rest] of stepsOf(options.target ?? 'gateway')) {
  if (instruction === 'FROM') stage = begin(rest);
  else if (instruction === 'WORKDIR') stage.workdir = rest;
  else if (instruction === 'ARG' || instruction === 'ENV') define(rest);
  else if (instruction === 'COPY') copy(rest.split(/\s+/u));
  else if (instruction === 'RUN') run(rest);
  else if (!['USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD'].includes(instruction))
    throw new Error(`Expected an instruction that can be replayed, got ${instruction} ${rest}`);
}
report();

/** Returns the instructions of a stage and of the stages that it needs, in order. */
function stepsOf(target) {
  const all = instructions();
  const starts = all.flatMap(([instruction], index) => (instruction === 'FROM' ? [index] : []));
  const blocks = starts.map((start, index) => all.slice(start, starts[index + 1]));
  const needed = new Set([target]);
  for (const block of blocks.toReversed()) {
    if (!needed.has(partsOf(block[0][1]).name)) continue;
    needed.add(partsOf(block[0][1]).from);
    for (const [, rest] of block) needed.add(/^--from=(\S+)/u.exec(rest)?.[1]);
  }
  return blocks.filter(([[, rest]]) => needed.has(partsOf(rest).name)).flat();
}

/** Returns base and name of a stage. */
function partsOf(rest) {
  return /^(?:--platform=\S+ )?(?<from>\S+) AS (?<name>\S+)$/u.exec(rest).groups;
}

/** Returns pairs of instruction and arguments, without comments and with continued lines joined. */
function instructions() {
  const text = readFileSync(path.join(root, 'Dockerfile'), 'utf8');
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  const joined = lines
    .join('\n')
    .replaceAll(/\\\n\s*/gu, '')
    .split('\n');
  return joined.filter((line) => line !== '').map((line) => [line.split(' ', 1)[0], line.replace(/^\S+\s+/u, '')]);
}

function begin(rest) {
  const { from, name } = partsOf(rest);
  const parent = stages.get(from);
  const begun = {
    name,
    workdir: parent?.workdir ?? '/',
    environment: { ...parent?.environment },
    directory: path.join(into, name),
  };
  mkdirSync(begun.directory, { recursive: true });
  if (parent) cpSync(parent.directory, begun.directory, { recursive: true, verbatimSymlinks: true });
  stages.set(name, begun);
  return begun;
}

function define(rest) {
  const [name, value = ''] = rest.split(/=(.*)/u);
  stage.environment[name] ??= process.env[name] ?? value;
}

/** Returns the directory of this machine for an absolute or relative path in a stage. */
function inside(of, target) {
  return path.join(of.directory, path.isAbsolute(target) ? target : path.join(of.workdir, target));
}

function copy(words) {
  const from = words[0].startsWith('--from=') ? stages.get(words.shift().slice('--from='.length)) : undefined;
  const [target, ...sources] = [words.pop(), ...words];
  for (const source of sources) {
    const files = from ? [source] : context.filter((file) => file === source || file.startsWith(`${source}/`));
    if (files.length === 0) throw new Error(`Expected COPY ${source} to find files in the build context, got none.`);
    for (const file of files) {
      const origin = from ? inside(from, file) : path.join(root, file);
      const name =
        from || file === source ? destinationOf(origin, target) : path.join(target, path.relative(source, file));
      cpSync(origin, inside(stage, name), { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** A file keeps its name in a target that ends with a slash; the content of a directory is copied into the target. */
function destinationOf(origin, target) {
  return target.endsWith('/') && !statSync(origin).isDirectory() ? path.join(target, path.basename(origin)) : target;
}

function run(command) {
  const cwd = inside(stage, '.');
  mkdirSync(cwd, { recursive: true });
  if (options.packages && command.startsWith('npm ci ')) {
    symlinkSync(path.resolve(options.packages), path.join(cwd, 'node_modules'));
    return;
  }
  console.error(`replay: ${stage.name}: ${command}`);
  const env = { ...process.env, ...stage.environment, PATH: `${path.dirname(process.execPath)}:${process.env.PATH}` };
  execFileSync('/bin/sh', ['-c', command], { cwd, env, stdio: ['ignore', 2, 2] });
}

/** Files that git tracks and .dockerignore admits: the last pattern that matches a file or one of its directories decides. */
function filesOfContext() {
  const patterns = readFileSync(path.join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => /^[^#]/u.test(line));
  const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  return tracked
    .split('\n')
    .filter((file) => file !== '' && existsSync(path.join(root, file)) && isAdmitted(file, patterns));
}

function isAdmitted(file, patterns) {
  const parents = file.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
  const deciding = patterns.findLast((pattern) =>
    parents.some((parent) => path.matchesGlob(parent, pattern.replace('!', ''))),
  );
  return deciding === undefined || deciding.startsWith('!');
}

function report() {
  console.log(`${stage.directory}: ${readdirSync(inside(stage, '.')).join(', ')}`);
  if (!options.size) return;
  const archive = `tar --create --dereference --directory "${stage.directory}" . | gzip -6 | wc -c`;
  const bytes = Number(execFileSync('/bin/sh', ['-c', archive], { encoding: 'utf8' }));
  console.log(`${(bytes / 1e6).toFixed(1)} MB compressed, without the base image`);
}
