/**
 * Runs a job at once, at an interval, and when the page is shown again, but not while it is hidden or the last run has not ended. The
 * job handles its errors. Returns a function that stops it and aborts the signal of the run in progress.
 */
export function startPolling(job: (signal: AbortSignal) => Promise<void>, intervalMs: number): () => void {
  const ending = new AbortController();
  let isBusy = false;
  const run = () => {
    if (isBusy || document.hidden) return;
    isBusy = true;
    void job(ending.signal).finally(() => (isBusy = false));
  };
  run();
  const timer = setInterval(run, intervalMs);
  document.addEventListener('visibilitychange', run);
  return () => {
    ending.abort();
    clearInterval(timer);
    document.removeEventListener('visibilitychange', run);
  };
}
