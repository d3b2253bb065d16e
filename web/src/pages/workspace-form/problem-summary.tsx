import { Icon } from '../../components/icon.tsx';
import { focusField, useForm } from './form-model.ts';
import { titleOf } from './problems.ts';

export const SUMMARY_ID = 'problems';

/** All problems of the form, each with a link to its field. */
export function ProblemSummary() {
  const problems = useForm().problems.value;
  if (problems.length === 0) return null;
  return (
    <section class="notice" data-state="ERROR" id={SUMMARY_ID} tabIndex={-1} aria-labelledby="problems-title">
      <Icon name="alert" />
      <div>
        <h2 id="problems-title">
          {problems.length === 1 ? 'There is a problem' : `There are ${problems.length} problems`}
        </h2>
        <ul>
          {problems.map(({ field, message }) => (
            <li key={`${field ?? ''} ${message}`}>
              {field === undefined ? message : <FieldLink field={field} message={message} />}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function FieldLink({ field, message }: { readonly field: string; readonly message: string }) {
  return (
    <>
      <button type="button" class="link" onClick={() => focusField(field)}>
        {titleOf(field)}
      </button>
      : {message}
    </>
  );
}
