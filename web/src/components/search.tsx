import { useEffect, useRef } from 'preact/hooks';
import { setQuery } from '../router.ts';
import { Icon } from './icon.tsx';

interface SearchProps {
  /** Name of the field for screen readers. */
  readonly label: string;
  readonly value: string;
}

/** The search of a page. Its text is in the URL, as `q`. The slash key moves the focus to it. */
export function Search({ label, value }: SearchProps) {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest('input, select, textarea, dialog');
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      ref.current?.focus();
    };
    addEventListener('keydown', focus);
    return () => removeEventListener('keydown', focus);
  }, []);
  return (
    <label class="search">
      <Icon name="search" />
      <input
        ref={ref}
        type="search"
        placeholder="Search"
        aria-label={label}
        aria-keyshortcuts="/"
        value={value}
        onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
