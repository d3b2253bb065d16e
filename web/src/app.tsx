import { useEffect, useState } from 'preact/hooks';
import { ActionDialog } from './components/action-dialog.tsx';
import { Header } from './components/header.tsx';
import { SignIn } from './components/sign-in.tsx';
import { TaskList } from './components/task-list.tsx';
import { credentials, needsToken, type Credentials } from './data/credentials.ts';
import { savedWarnings } from './data/saved-warnings.ts';
import { createSession } from './data/session.ts';
import { createStore, StoreContext, type Store } from './data/store.ts';
import { pageAt } from './pages/pages.tsx';
import { storeKeptForms } from './pages/workspace-form/kept-forms.ts';
import { segments } from './router.ts';

/** The dashboard. Other credentials start it anew, so nothing of one person is shown to another. */
export function App() {
  const current = credentials.value;
  if (needsToken(current)) return <SignIn />;
  return <SignedIn key={current.token ?? ''} current={current} />;
}

function SignedIn({ current }: { readonly current: Credentials }) {
  const [store, setStore] = useState<Store>();
  useEffect(() => {
    const created = createStore(createSession(current.token));
    savedWarnings.value = undefined;
    setStore(created);
    return () => {
      created.dispose();
      queueMicrotask(() => storeKeptForms(created)); // when the forms have been left
    };
  }, [current.token]);
  const isRefused = store?.session.isRefused.value === true && !current.person;
  useEffect(() => {
    if (!isRefused || !store) return;
    storeKeptForms(store);
    store.dispose(); // nothing is asked for with refused credentials
  }, [isRefused, store]);
  if (!store) return null;
  if (isRefused) return <SignIn isRefused />;
  return (
    <StoreContext.Provider value={store}>
      <a class="skip-link" href="#main" onClick={skipToContent}>
        Skip to content
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        {pageAt(segments.value)}
      </main>
      <TaskList />
      <ActionDialog />
    </StoreContext.Provider>
  );
}

/** The link alone would lead to the home page, because all links are relative to the base of the document. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>('#main')?.focus();
}
