/** What holds back its writes, and is to let them go. */
interface Corked {
  uncork(): void;
}

let corked: Corked[] = [];

/** Lets go one turn later: what has arrived from the API server by then leaves in the same write. */
export function scheduleUncork(stream: Corked): void {
  if (corked.length === 0) setImmediate(() => setImmediate(uncorkAll));
  corked.push(stream);
}

function uncorkAll(): void {
  const streams = corked;
  corked = [];
  for (const stream of streams) stream.uncork();
}
