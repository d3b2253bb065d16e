import { useStore } from '../data/store.ts';
import { runTask, verbs, type Action, type Target } from '../data/tasks.ts';
import { askFor } from './action-dialog.tsx';
import { Icon } from './icon.tsx';

const icons = { start: 'play', pause: 'pause', restart: 'restart', delete: 'trash' } as const;

interface ActionButtonProps {
  readonly action: Action;
  readonly target: Target;
  readonly isDisabled?: boolean;
  /** Whether a change in progress has to be made first. */
  readonly isWaiting: boolean;
  readonly buttonClass?: string;
  readonly tabIndex?: number | undefined;
}

/** Performs an action on one workspace, after a confirmation unless it starts. */
export function ActionButton(props: ActionButtonProps) {
  const { action, target, isDisabled = false, isWaiting, buttonClass = 'button', tabIndex } = props;
  const store = useStore();
  // Not disabled, because a disabled button loses the focus.
  const isOff = isDisabled || isWaiting;
  return (
    <button
      type="button"
      tabIndex={tabIndex}
      class={action === 'delete' ? `${buttonClass} danger` : buttonClass}
      aria-disabled={isOff}
      title={isWaiting ? 'Wait until the change in progress is made.' : undefined}
      onClick={() => {
        if (isOff) return;
        if (action === 'start') runTask(store, action, [target]);
        else askFor(action, [target]);
      }}
    >
      <Icon name={icons[action]} /> {verbs[action].title}
    </button>
  );
}
