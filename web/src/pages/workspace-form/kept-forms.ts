import { useLayoutEffect, useMemo } from 'preact/hooks';
import type { Session } from '../../data/session.ts';
import { useStore } from '../../data/store.ts';
import type { FormModel } from './form-model.ts';

/** Forms that were left with unsaved input, by session and by a key for each page. */
const keptForms = new WeakMap<Session, Map<string, FormModel>>();

/** Returns the form of a page with its unsaved input, for example after a visit of another page, or a new form. */
export function useKeptForm(key: string, create: () => FormModel): FormModel {
  const { session } = useStore();
  const form = useMemo(() => keptForms.get(session)?.get(key) ?? create(), [session, key]);
  // Not useEffect: its cleanup runs after the next paint, and the person may be back before.
  useLayoutEffect(
    () => () => {
      const forms = keptForms.get(session) ?? new Map<string, FormModel>();
      keptForms.set(session, forms);
      if (form.isTouched.peek()) forms.set(key, form);
      else forms.delete(key);
    },
    [session, key],
  );
  return form;
}
