import { useEffect, useMemo, useState } from 'preact/hooks';
import { EditedWorkspaceDocument, type EditedWorkspaceFragment } from '../../__generated__/graphql.ts';
import { BackLink } from '../../components/back-link.tsx';
import { NotFound } from '../../components/not-found.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { deniedText } from '../../data/permissions.ts';
import { useLiveObject } from '../../data/use-live.ts';
import { workspacePath } from '../../router.ts';
import { changesOf, rebased, type Change } from './changes.ts';
import { draftOf } from './draft.ts';
import { Group } from './field.tsx';
import { createFormModel } from './form-model.ts';
import { DisplayNameField } from './form-sections.tsx';
import { useKeptForm } from './kept-forms.ts';
import type { Base } from './inputs.ts';
import { Meanwhile } from './meanwhile.tsx';
import { useSave } from './use-save.ts';
import { WorkspaceForm } from './workspace-form.tsx';

interface EditWorkspacePageProps {
  readonly namespace: string;
  readonly name: string;
}

/** The form for an existing workspace. It starts with the first state; later ones are offered, and never replace input. */
export function EditWorkspacePage({ namespace, name }: EditWorkspacePageProps) {
  const { status, data, error } = useLiveObject(EditedWorkspaceDocument, { namespace, name });
  const [first, setFirst] = useState<EditedWorkspaceFragment>();
  const live = data?.workspace;
  useEffect(() => {
    if (live) setFirst((known) => known ?? live);
  }, [live]);
  if (!first)
    return <NoForm name={name} isLoading={status === 'connecting' || Boolean(live)} reason={error?.message} />;
  return <EditForm first={first} latest={live ?? first} isDeleted={status === 'live' && live === null} />;
}

interface NoFormProps {
  readonly name: string;
  readonly isLoading: boolean;
  readonly reason: string | undefined;
}

function NoForm({ name, isLoading, reason }: NoFormProps) {
  if (!isLoading)
    return (
      <NotFound title={`${name} cannot be edited`}>
        <p role="alert">{reason ?? 'It does not exist, or it has been deleted.'}</p>
      </NotFound>
    );
  return (
    <div class="page form-page" aria-busy="true">
      <PageTitle title={`Edit ${name}`} about={reason ?? 'Loading…'} />
    </div>
  );
}

interface EditFormProps {
  readonly first: EditedWorkspaceFragment;
  readonly latest: EditedWorkspaceFragment;
  readonly isDeleted: boolean;
}

function EditForm({ first, latest, isDeleted }: EditFormProps) {
  const form = useKeptForm(first.id, () => createFormModel(draftOf(first), baseOf(first)));
  const current = useMemo(() => baseOf(latest), [latest]);
  const base = form.base.value ?? current;
  const path = workspacePath(latest);
  const saving = useSave(form, path);
  const changes = changesOf(base.draft, form.draft.value);
  const adopt = () => form.rebase(rebased(form.draft.value, base.draft, current.draft), current);
  return (
    <WorkspaceForm
      form={form}
      isNew={false}
      saving={saving}
      cancelPath={path}
      consequence={consequenceOf(changes, latest)}
      disabledReason={disabledReasonOf(latest, { isDeleted, isUnchanged: changes.length === 0 })}
      head={
        <>
          <Head workspace={latest} path={path} />
          {current.revision !== base.revision && (
            <Meanwhile
              changes={changesOf(base.draft, current.draft)}
              own={changes}
              author={latest.audit.updatedBy}
              onAdopt={adopt}
            />
          )}
        </>
      }
    >
      <NameGroup />
    </WorkspaceForm>
  );
}

function baseOf(workspace: EditedWorkspaceFragment): Base {
  return { draft: draftOf(workspace), revision: workspace.revision };
}

function NameGroup() {
  return (
    <Group path="identity" legend="Name">
      <div class="form-row">
        <DisplayNameField />
      </div>
    </Group>
  );
}

interface HeadProps {
  readonly workspace: EditedWorkspaceFragment;
  readonly path: string;
}

function Head({ workspace: { displayName, namespaceName, name, kindName }, path }: HeadProps) {
  return (
    <>
      <BackLink to={path}>{displayName}</BackLink>
      <PageTitle
        title={`Edit ${displayName}`}
        about={
          <>
            {namespaceName}/{name} of the kind {kindName}. Only what you change is sent.
          </>
        }
      />
    </>
  );
}

interface Circumstances {
  readonly isDeleted: boolean;
  readonly isUnchanged: boolean;
}

function disabledReasonOf(
  { canUpdate, namespaceName }: EditedWorkspaceFragment,
  { isDeleted, isUnchanged }: Circumstances,
): string | undefined {
  if (isDeleted) return 'The workspace has been deleted.';
  if (!canUpdate) return deniedText('update', namespaceName);
  return isUnchanged ? 'Nothing has changed yet.' : undefined;
}

/** Returns the effect of saving on running programs. */
function consequenceOf(changes: readonly Change[], { paused }: EditedWorkspaceFragment): string | undefined {
  const pauses = changes.find(({ key }) => key === 'paused')?.after;
  if (pauses === 'yes') return 'Saving pauses the workspace: running programs end.';
  if (pauses === 'no') return 'Saving starts the workspace.';
  const restarting = changes.filter(({ restarts }) => restarts).map(({ title }) => title.toLowerCase());
  if (restarting.length === 0) return 'No restart is needed.';
  if (paused) return 'The workspace is paused: the changes apply when it starts.';
  return `Saving restarts the workspace (${restarting.join(', ')}): running programs end. Files on volumes are kept.`;
}
