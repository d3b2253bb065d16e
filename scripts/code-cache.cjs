// Part of the bundle: runs its main module with the code that V8 has compiled before. `module.enableCompileCache` does not read the
// cache of another user, which one in an image is.
'use strict';
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');
const { Script, constants } = require('node:vm');
const { crc32 } = require('node:zlib');

/**
 * Runs a module of this directory, with its code cache if there is one. V8 refuses a cache that is broken or of other flags, and
 * compiles the text.
 * @param {string} name name of the file
 * @returns {Script}
 */
function run(name) {
  const filename = join(__dirname, name);
  const text = readFileSync(filename);
  const source = `(function (exports, require, module, __filename, __dirname) { ${text.latin1Slice()}\n})`;
  const script = new Script(source, {
    filename,
    cachedData: readIfExists(cacheFileOf(name, text)),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const loaded = new Module(filename);
  require.cache[filename] = loaded; // other parts of the bundle require it
  script.runInThisContext()(loaded.exports, Module.createRequire(filename), loaded, filename, __dirname);
  loaded.loaded = true;
  return script;
}

/** Runs a module, and writes its code cache when the process exits: the functions that were called until then. */
function record(name) {
  const script = run(name);
  const cacheFile = cacheFileOf(name);
  process.once('exit', () => {
    writeFileSync(`${cacheFile}.${process.pid}`, script.createCachedData());
    renameSync(`${cacheFile}.${process.pid}`, cacheFile);
  });
}

/** Returns the path of the code cache of a module: for its text, this version of Node and this processor. */
function cacheFileOf(name, text = readFileSync(join(__dirname, name))) {
  return join(__dirname, `${name}.${process.version}-${process.arch}-${crc32(text).toString(16)}.cache`);
}

function readIfExists(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

module.exports = { cacheFileOf, record, run };
