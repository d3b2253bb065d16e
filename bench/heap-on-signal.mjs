/** Preloaded into a process with `--import`: on SIGUSR2, collects garbage and writes the used heap to its log. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  collect();
  console.error(`heapUsed=${process.memoryUsage().heapUsed}`);
});
