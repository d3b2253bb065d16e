import { signal, type ReadonlySignal } from '@preact/signals';
import { createContext } from 'preact';
import { useNearest } from '../../data/store.ts';
import type { Draft } from './draft.ts';
import type { Base } from './inputs.ts';
import type { Problem } from './problems.ts';

/** The input of a form with its problems. It is kept while the page is shown, also without a connection. */
export interface FormModel {
  readonly draft: ReadonlySignal<Draft>;
  /** State of the existing workspace that the changes are based on. Undefined for a new workspace. */
  readonly base: ReadonlySignal<Base | undefined>;
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** Whether the person has changed the input since the form was opened or saved. */
  readonly isTouched: ReadonlySignal<boolean>;
  /** Changes the draft. The problems of the field, and of those below it, are no longer shown. */
  readonly change: (field: string, changes: Partial<Draft>) => void;
  /** Changes the draft by a default, which is no input of the person. */
  readonly preset: (changes: Partial<Draft>) => void;
  readonly report: (problems: readonly Problem[]) => void;
  /** Replaces the draft by one that is based on a newer state. */
  readonly rebase: (draft: Draft, base: Base) => void;
  /** Marks the input as saved or discarded. */
  readonly settle: () => void;
}

export function createFormModel(initial: Draft, initialBase?: Base): FormModel {
  const draft = signal(initial);
  const base = signal(initialBase);
  const problems = signal<readonly Problem[]>([]);
  const isTouched = signal(false);
  return {
    draft,
    base,
    problems,
    isTouched,
    change: (field, changes) => {
      draft.value = { ...draft.value, ...changes };
      problems.value = problems.value.filter((problem) => !isWithin(problem.field, field));
      isTouched.value = true;
    },
    preset: (changes) => {
      draft.value = { ...draft.value, ...changes };
      problems.value = problems.value.filter(({ field = '' }) => !(field in changes));
    },
    report: (found) => {
      problems.value = found;
    },
    rebase: (next, newer) => {
      draft.value = next;
      base.value = newer;
      problems.value = [];
    },
    settle: () => {
      isTouched.value = false;
    },
  };
}

function isWithin(path: string | undefined, field: string): boolean {
  return path === field || (path?.startsWith(field) === true && /[.[]/u.test(path.charAt(field.length)));
}

export const FormContext = createContext<FormModel | undefined>(undefined);

export function useForm(): FormModel {
  return useNearest(FormContext);
}

/** Returns the id of the element of a field. */
export function fieldId(path: string): string {
  return `field-${path.replaceAll(/\W+/gu, '-')}`;
}

/** Moves the focus to a field or, for a group, to its first control. */
export function focusField(path: string): void {
  const element = document.querySelector<HTMLElement>(`#${fieldId(path)}`);
  const control = element?.matches('fieldset')
    ? element.querySelector<HTMLElement>('input:checked, input:enabled, button:enabled')
    : undefined;
  (control ?? element)?.focus({ preventScroll: true });
  element?.scrollIntoView({ block: 'center' });
}

/** Moves the focus to a field that is about to be shown. */
export function focusSoon(path: string): void {
  requestAnimationFrame(() => focusField(path));
}
