import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useStore } from '../data/store.ts';
import { runTask, verbs, type Action, type Target } from '../data/tasks.ts';
import { path } from '../router.ts';
import { Dialog } from './dialog.tsx';
import { numberText } from '../data/resources.ts';

interface Question {
  readonly action: Action;
  readonly targets: readonly Target[];
}

const question = signal<Question | undefined>(undefined);

/** Consequences of an action, which a person confirms. */
const consequences: Readonly<Record<Action, string>> = {
  start: 'The pods are created, and use the resources of their size.',
  pause: 'Running programs end, and unsaved work in memory is lost. Files on volumes are kept.',
  restart:
    'Running programs end, and unsaved work in memory is lost. Files on volumes are kept. Pending options are applied.',
  delete: 'This cannot be undone. Volumes and secrets are kept.',
};

/** Asks for confirmation of an action. Starting a single workspace needs none. */
export function askFor(action: Action, targets: readonly Target[]): void {
  if (targets.length > 0) question.value = { action, targets };
}

function close(): void {
  question.value = undefined;
}

/** Names that are listed; more are counted. */
const MAX_NAMES = 8;

export function ActionDialog() {
  const store = useStore();
  // A step in the history, or the end of the session, leaves the question behind.
  useEffect(() => close, [path.value]);
  if (!question.value) return null;
  const { action, targets } = question.value;
  const { title } = verbs[action];
  const isFinal = action === 'delete';
  return (
    <Dialog
      title={<Title {...question.value} />}
      onClose={close}
      actions={
        <>
          {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- a key that is held or pressed twice must not confirm a deletion */}
          <button type="button" class="button" autoFocus={isFinal} onClick={close}>
            Cancel
          </button>
          <button
            type="button"
            class={`button ${isFinal ? 'danger' : 'primary'}`}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- a modal dialog moves the focus to its main action
            autoFocus={!isFinal}
            onClick={() => {
              close();
              runTask(store, action, targets);
            }}
          >
            {title}
          </button>
        </>
      }
    >
      <p>{consequences[action]}</p>
      <Names targets={targets} />
    </Dialog>
  );
}

function Title({ action, targets }: Question) {
  const subject = targets.length === 1 ? targets[0]?.displayName : `${numberText(targets.length)} workspaces`;
  return (
    <>
      {verbs[action].title} <bdi>{subject}</bdi>?
    </>
  );
}

function Names({ targets }: Pick<Question, 'targets'>) {
  return (
    <ul class="names">
      {targets.slice(0, MAX_NAMES).map(({ id, namespaceName, name }) => (
        <li key={id}>
          <code>
            {namespaceName}/{name}
          </code>
        </li>
      ))}
      {targets.length > MAX_NAMES && <li class="muted">and {numberText(targets.length - MAX_NAMES)} more</li>}
    </ul>
  );
}
