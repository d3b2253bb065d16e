/** What can hold back its writes: a socket, or an HTTP response. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

const corked = new Set<Corkable>();

/** All that is written to this from now until the end of the turn leaves in one write. */
export function joinWrites(stream: Corkable): void {
  if (corked.has(stream)) return;
  if (corked.size === 0) setImmediate(uncorkAll);
  corked.add(stream);
  stream.cork();
}

function uncorkAll(): void {
  const streams = [...corked];
  corked.clear();
  for (const stream of streams) stream.uncork();
}
