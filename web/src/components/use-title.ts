import { useEffect } from 'preact/hooks';

/** Sets the title of the window to the name of the page. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Workspaces` : 'Workspaces';
  }, [title]);
}
