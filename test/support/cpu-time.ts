/**
 * Returns the CPU milliseconds of this process for some work, the least of several rounds: one round may include a garbage collection,
 * which takes long in a process that has run many test files, or the compilation of the code. The time of the thread alone has steps
 * of 4 ms.
 */
export async function leastCpuMs(work: () => unknown, rounds = 5): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
