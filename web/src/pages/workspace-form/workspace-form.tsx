import type { ComponentChildren } from 'preact';
import { useLeaveWarning } from '../../components/use-leave-warning.ts';
import { leaveBack } from '../../router.ts';
import { FormFooter } from './form-footer.tsx';
import { FormContext, type FormModel } from './form-model.ts';
import { FormSections } from './form-sections.tsx';
import { ProblemSummary } from './problem-summary.tsx';
import type { useSave } from './use-save.ts';

interface WorkspaceFormProps {
  readonly form: FormModel;
  readonly isNew: boolean;
  readonly saving: ReturnType<typeof useSave>;
  /** Path of the page that Cancel shows if there is none before the form. */
  readonly cancelPath: string;
  readonly consequence?: string | undefined;
  readonly disabledReason?: string | undefined;
  /** Heading and notices. */
  readonly head: ComponentChildren;
  /** The first fields. */
  readonly children: ComponentChildren;
}

/** The form for a workspace, new or existing. */
export function WorkspaceForm({ form, isNew, saving, cancelPath, head, children, ...footer }: WorkspaceFormProps) {
  useLeaveWarning(() => form.isTouched.peek());
  const cancel = () => {
    form.settle();
    leaveBack(cancelPath);
  };
  return (
    <FormContext.Provider value={form}>
      <form
        class="page form-page"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          saving.run('save');
        }}
      >
        {head}
        <ProblemSummary />
        {children}
        {form.draft.value.namespace !== '' && <FormSections isNew={isNew} />}
        <FormFooter {...footer} saving={saving} title={isNew ? 'Create' : 'Save'} onCancel={cancel} />
      </form>
    </FormContext.Provider>
  );
}
