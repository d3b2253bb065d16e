import { Icon } from '../../components/icon.tsx';
import type { useSave } from './use-save.ts';

interface FormFooterProps {
  readonly saving: ReturnType<typeof useSave>;
  readonly title: string;
  readonly onCancel: () => void;
  /** Effect of saving on the workspace. */
  readonly consequence?: string | undefined;
  /** Reason for which the input cannot be saved. */
  readonly disabledReason?: string | undefined;
}

/** Buttons of the form, always in view, and the result of a check. */
export function FormFooter({ saving, title, onCancel, consequence, disabledReason }: FormFooterProps) {
  const { work, outcome, run } = saving;
  const isAccepted = outcome?.work === 'check' && outcome.problems.length === 0;
  return (
    <footer class="form-footer">
      <div class="form-result" role="status">
        {isAccepted && <Accepted warnings={outcome.warnings} />}
        {outcome && outcome.problems.length > 0 && (
          <span class="error">
            {outcome.problems.length === 1 ? '1 problem' : `${outcome.problems.length} problems`}:{' '}
            {outcome.isUncertain ? 'look whether it was saved.' : 'nothing was saved.'}
          </span>
        )}
        {!outcome && (disabledReason ?? consequence)}
      </div>
      <div class="form-buttons">
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        <button
          type="button"
          class="button"
          disabled={disabledReason !== undefined}
          aria-disabled={work !== undefined}
          onClick={() => run('check')}
        >
          {work === 'check' && <span class="spinner" />} Check
        </button>
        <button
          type="submit"
          class="button primary"
          disabled={disabledReason !== undefined}
          aria-disabled={work !== undefined}
        >
          {work === 'save' && <span class="spinner" />} {title}
        </button>
      </div>
    </footer>
  );
}

function Accepted({ warnings }: { readonly warnings: readonly string[] }) {
  return (
    <>
      <span class="accepted">
        <Icon name="check" /> It would be accepted.
      </span>
      {warnings.map((warning) => (
        <span key={warning} class="warning">
          {warning}
        </span>
      ))}
    </>
  );
}
