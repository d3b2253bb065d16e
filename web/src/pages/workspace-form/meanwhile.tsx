import { Icon } from '../../components/icon.tsx';
import type { Change } from './changes.ts';

interface MeanwhileProps {
  /** Changes of the workspace since the form was opened. */
  readonly changes: readonly Change[];
  /** Changes of the person in the form. */
  readonly own: readonly Change[];
  /** User of the last change. */
  readonly author: string | null;
  readonly onAdopt: () => void;
}

/** Changes by others while the form was open, and a button that adopts them. The input is kept. */
export function Meanwhile({ changes, own, author, onAdopt }: MeanwhileProps) {
  const ownKeys = new Set(own.map(({ key }) => key));
  return (
    <section class="notice meanwhile" data-state="PENDING" role="status">
      <Icon name="alert" />
      <div>
        <strong>The workspace was changed meanwhile{author && `, last by ${author}`}.</strong>
        {changes.length === 0 ? (
          <p>No field of this form is affected.</p>
        ) : (
          <ul>
            {changes.map(({ key, title, before, after }) => (
              <li key={key}>
                {title}: <code>{before || 'none'}</code> → <code>{after || 'none'}</code>
                {ownKeys.has(key) && ' (you have changed it too: your input is kept)'}
              </li>
            ))}
          </ul>
        )}
        <button type="button" class="button" onClick={onAdopt}>
          Continue with the current state
        </button>
      </div>
    </section>
  );
}
