/** A list of this size or more is shown at most once per {@link LARGE_LIST_MS}, because filtering and sorting take some milliseconds. */
const LARGE_LIST_ROWS = 1_000;
const LARGE_LIST_MS = 250;
/** Interval while the page is hidden. Browsers run no animation frames then. */
const HIDDEN_MS = 1_000;

/**
 * Runs a job on request: in the next frame or, for large lists and hidden pages, after a short time. Further requests before
 * the run cause no other one, so a burst of events costs one run.
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
