/** A list of this size or more is shown at most once per {@link LARGE_LIST_MS}: filtering and sorting it takes some milliseconds. */
const LARGE_LIST_ROWS = 1_000;
const LARGE_LIST_MS = 250;
/** Interval while the page is hidden, where browsers run no animation frames. */
const HIDDEN_MS = 1_000;

/**
 * Returns a function that runs a job soon: in the next frame or, for large lists and hidden pages, after a short time. Calls
 * in the meantime cause no further run, so a burst of events costs one.
 */
export function inFrames(
  job: () => void,
  rowCount: () => number,
): { readonly request: () => void; readonly cancel: () => void } {
  let cancel: (() => void) | undefined;
  const run = () => {
    cancel = undefined;
    job();
  };
  const request = () => {
    if (cancel) return;
    const delayMs = document.hidden ? HIDDEN_MS : rowCount() >= LARGE_LIST_ROWS ? LARGE_LIST_MS : 0;
    if (delayMs === 0) {
      const frame = requestAnimationFrame(run);
      cancel = () => cancelAnimationFrame(frame);
    } else {
      const timer = setTimeout(run, delayMs);
      cancel = () => clearTimeout(timer);
    }
  };
  return {
    request,
    cancel: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
