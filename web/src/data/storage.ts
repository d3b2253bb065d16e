/** Returns a storage of the browser. Undefined if the person has blocked it, as with all cookies. */
export function storage(name: 'localStorage' | 'sessionStorage'): Storage | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}
