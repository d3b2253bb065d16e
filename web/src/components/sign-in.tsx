import { useToken } from '../data/credentials.ts';
import { settings } from '../settings.ts';
import { Logo } from './logo.tsx';

/** Form for a bearer token or, if a proxy signs people in, a button that does. */
export function SignIn({ isRefused = false }: { readonly isRefused?: boolean }) {
  return (
    <main class="sign-in">
      <Logo />
      <h1 tabIndex={-1}>Workspaces</h1>
      {settings.authentication === 'token' ? <TokenForm isRefused={isRefused} /> : <NoIdentity />}
    </main>
  );
}

function TokenForm({ isRefused }: { readonly isRefused: boolean }) {
  return (
    <form onSubmit={submit}>
      {isRefused && (
        <p class="error" role="alert">
          The cluster does not accept this token. It may have expired.
        </p>
      )}
      <label for="token">Bearer token of the cluster</label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="off"
        required
        spellcheck={false}
        aria-describedby="token-help"
      />
      <p id="token-help" class="muted">
        For example from <code>kubectl create token</code>. It is forgotten when you leave or reload the page.
      </p>
      <button type="submit" class="button primary">
        Continue
      </button>
    </form>
  );
}

function submit(event: SubmitEvent): void {
  event.preventDefault();
  if (!(event.currentTarget instanceof HTMLFormElement)) return;
  const token = new FormData(event.currentTarget).get('token');
  if (typeof token === 'string') useToken(token.trim());
}

function NoIdentity() {
  return (
    <>
      <p role="alert">
        The gateway does not know who you are: your session has ended, or the proxy has sent no identity.
      </p>
      <button type="button" class="button primary" onClick={() => location.reload()}>
        Sign in again
      </button>
    </>
  );
}
