import { useLayoutEffect, useMemo } from 'preact/hooks';
import type { Session } from '../../data/session.ts';
import { storage } from '../../data/storage.ts';
import { useStore, type Store } from '../../data/store.ts';
import type { Draft } from './draft.ts';
import type { FormModel } from './form-model.ts';
import type { Base } from './inputs.ts';

/** Forms that were left with unsaved input, by session and by a key for each page. */
const keptForms = new WeakMap<Session, Map<string, FormModel>>();

/** Unsaved input of a session that has ended, which its person gets after signing in again, also by loading the page again. */
interface UnsavedInput {
  /** Undefined if the session ended before the name was known. The input is then discarded. */
  readonly user?: string | undefined;
  readonly draft: Draft;
  readonly base?: Base | undefined;
}

/** Returns the form of a page with its unsaved input, for example after a visit of another page, or a new form. */
export function useKeptForm(key: string, create: () => FormModel): FormModel {
  const { session, identity } = useStore();
  const form = useMemo(() => keptForms.get(session)?.get(key) ?? create(), [session, key]);
  const user = identity.value?.viewer.name;
  useLayoutEffect(() => {
    if (user !== undefined) restore(form, key, user);
  }, [form, user]);
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

/** Stores the forms that were left with unsaved input, for the time when their person has signed in again in this window. */
export function storeKeptForms({ session, identity }: Store): void {
  const user = identity.peek()?.viewer.name;
  for (const [key, { draft, base }] of keptForms.get(session) ?? []) {
    const input: UnsavedInput = { user, draft: draft.peek(), base: base.peek() };
    storage('sessionStorage')?.setItem(storageKey(key), JSON.stringify(input));
  }
}

function restore(form: FormModel, key: string, name: string): void {
  const text = storage('sessionStorage')?.getItem(storageKey(key));
  if (!text) return;
  storage('sessionStorage')?.removeItem(storageKey(key));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this page writes it
  const { user, draft, base } = JSON.parse(text) as UnsavedInput;
  if (user !== name || form.isTouched.peek()) return;
  if (base) form.rebase(draft, base);
  form.change('', draft);
}

function storageKey(key: string): string {
  return `unsaved ${key}`;
}
