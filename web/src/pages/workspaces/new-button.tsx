import { useEffect } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { deniedText } from '../../data/permissions.ts';
import { useStore } from '../../data/store.ts';
import { newPath } from '../../router.ts';

interface NewButtonProps {
  /** Filters of the table, which the form starts with. Empty if there are none. */
  readonly namespace: string;
  readonly kind: string;
}

/** Link to the form for a new workspace, or the reason for which the viewer may not create one. */
export function NewButton({ namespace, kind }: NewButtonProps) {
  const { creationRights } = useStore();
  useEffect(() => creationRights.load(), [creationRights]);
  const allowed = creationRights.namespaces.value;
  const isAllowed = namespace === '' ? (allowed?.length ?? 0) > 0 : allowed?.includes(namespace);
  const content = (
    <>
      <Icon name="plus" /> New workspace
    </>
  );
  if (isAllowed)
    return (
      <a class="button primary" href={newPath({ namespace, kind })} data-page>
        {content}
      </a>
    );
  const reason = allowed && deniedText('create', namespace);
  return (
    <button type="button" class="button" aria-disabled="true" title={reason}>
      {content}
      {reason && <span class="visually-hidden">. {reason}</span>}
    </button>
  );
}
