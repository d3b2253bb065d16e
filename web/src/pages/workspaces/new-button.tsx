import { useEffect } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { useStore } from '../../data/store.ts';
import { newPath } from '../../router.ts';

interface NewButtonProps {
  /** Filters of the table, which the form starts with. Empty if there are none. */
  readonly namespace: string;
  readonly kind: string;
}

/** Leads to the form for a new workspace. Not offered to people who may not create one, with the reason. */
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
  const reason = allowed && creationDeniedText(namespace);
  return (
    <button type="button" class="button" aria-disabled="true" title={reason}>
      {content}
      {reason && <span class="visually-hidden">. {reason}</span>}
    </button>
  );
}

/** Why a workspace cannot be created, in the words of the cluster. */
export function creationDeniedText(namespace: string): string {
  const where = namespace === '' ? 'any namespace that you may see' : namespace;
  return `The cluster does not allow you to create workspaces in ${where}.`;
}
