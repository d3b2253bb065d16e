import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { savedWarnings } from '../../data/saved-warnings.ts';
import { useStore } from '../../data/store.ts';
import { leaveFor } from '../../router.ts';
import { claimChoices } from './inputs.ts';
import type { Draft } from './draft.ts';
import { focusField, type FormModel } from './form-model.ts';
import { SUMMARY_ID } from './problem-summary.tsx';
import { check, save, type Outcome } from './save.ts';

type Work = 'check' | 'save';

interface Saving {
  /** Work in progress. */
  readonly work: Work | undefined;
  /** Result of the last attempt. It is gone when the input changes. */
  readonly outcome: (Outcome & { readonly work: Work }) | undefined;
  readonly run: (work: Work) => void;
}

/**
 * Checks and saves the input of a form. The focus moves to the first wrong field.
 * @param path page to show when it is saved
 */
export function useSave(form: FormModel, path: string): Saving {
  const { session, creationRights } = useStore();
  const [work, setWork] = useState<Work>();
  const [last, setLast] = useState<Outcome & { readonly work: Work; readonly draft: Draft }>();
  const isShown = useRef(true);
  // Not useEffect: its cleanup runs after the next paint, when the save may have ended.
  useLayoutEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const perform = async (next: Work) => {
    setWork(next);
    const options = {
      draft: form.draft.value,
      base: form.base.value,
      onClaimCreated: (at: string) => keepCreatedClaim(form, at),
    };
    const outcome = next === 'check' ? await check(session, options) : await save(session, options);
    setWork(undefined);
    form.report(outcome.problems);
    setLast({ ...outcome, work: next, draft: form.draft.value });
    if (outcome.problems.length > 0) {
      creationRights.load();
      requestAnimationFrame(() => focusFirst(outcome));
    } else if (next === 'save') {
      form.settle();
      savedWarnings.value = { path, warnings: outcome.warnings };
      // A person who has left the form stays on the other page.
      if (isShown.current) leaveFor(path);
    }
  };
  const outcome = last?.draft === form.draft.value ? last : undefined;
  return { work, outcome, run: (next) => void (work === undefined && perform(next)) };
}

/** Turns a created claim into an existing one, so that another attempt does not create it again. */
function keepCreatedClaim(form: FormModel, at: string): void {
  const { home, data } = form.draft.value;
  const index = claimChoices(form.draft.value).findIndex((choice) => choice.at === at) - 1;
  if (index < 0) form.preset({ home: { claimName: home.claimName } });
  else
    form.preset({ data: data.map((volume, each) => (each === index ? { ...volume, newClaim: undefined } : volume)) });
}

function focusFirst({ problems }: Outcome): void {
  const first = problems.find(({ field }) => field !== undefined)?.field;
  if (first !== undefined && problems[0]?.field !== undefined) return focusField(first);
  const summary = document.querySelector<HTMLElement>(`#${SUMMARY_ID}`);
  return summary?.focus();
}
