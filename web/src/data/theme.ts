import { effect, signal } from '@preact/signals';
import { storage } from './storage.ts';

export type Theme = 'system' | 'light' | 'dark';

const STORAGE_KEY = 'theme';

export const theme = signal<Theme>(stored());

/** Applies the theme, now and after each change. */
export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    storage('localStorage')?.setItem(STORAGE_KEY, theme.value);
  });
}

function stored(): Theme {
  const value = storage('localStorage')?.getItem(STORAGE_KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}
