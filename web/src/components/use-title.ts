import { useEffect } from 'preact/hooks';

/** Names the page in the title of the window, by which a person finds it among others. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Workspaces` : 'Workspaces';
  }, [title]);
}
