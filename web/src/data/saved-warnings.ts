import { signal } from '@preact/signals';

/** Warnings of the API server about the workspace that was saved last. */
export const savedWarnings = signal<{ readonly path: string; readonly warnings: readonly string[] } | undefined>(
  undefined,
);
