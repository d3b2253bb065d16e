import type { ComponentChildren } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { fieldId, useForm } from './form-model.ts';

/** The problems of a field. Nothing if there are none. */
export function FieldError({ path }: { readonly path: string }) {
  const messages = useForm().problems.value.filter(({ field }) => field === path);
  if (messages.length === 0) return null;
  return (
    <div class="field-error" id={`${fieldId(path)}-error`}>
      {messages.map(({ message }) => (
        <p key={message}>
          <Icon name="alert" />
          <span>{message}</span>
        </p>
      ))}
    </div>
  );
}

/** Attributes of a control that connect it to its hint and its problems. */
export function useControl(path: string, hasHint = false) {
  const isInvalid = useForm().problems.value.some(({ field }) => field === path);
  const id = fieldId(path);
  const descriptions = [hasHint && `${id}-hint`, isInvalid && `${id}-error`].filter(Boolean).join(' ');
  return { id, 'aria-invalid': isInvalid, 'aria-describedby': descriptions || undefined } as const;
}

interface FieldProps {
  readonly path: string;
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly isRequired?: boolean;
}

interface FieldFrameProps extends FieldProps {
  readonly children: ComponentChildren;
}

function FieldFrame({ path, label, hint, isRequired = false, children }: FieldFrameProps) {
  const id = fieldId(path);
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!isRequired && <span class="muted"> (optional)</span>}
      </label>
      {children}
      {hint && (
        <small class="muted" id={`${id}-hint`}>
          {hint}
        </small>
      )}
      <FieldError path={path} />
    </div>
  );
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
}

export function TextField({ value, onInput, ...field }: TextFieldProps) {
  const control = useControl(field.path, field.hint !== undefined);
  return (
    <FieldFrame {...field}>
      <input
        {...control}
        type="text"
        autoComplete="off"
        spellcheck={false}
        value={value}
        aria-required={field.isRequired}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
        onChange={({ currentTarget }) => trimmed(currentTarget.value, onInput)}
      />
    </FieldFrame>
  );
}

/** Calls the function with a text without the spaces around it, which a person who has pasted it does not see. */
export function trimmed(text: string, onInput: (value: string) => void): void {
  if (text.trim() !== text) onInput(text.trim());
}

interface SelectFieldProps extends FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ComponentChildren;
}

export function SelectField({ value, onChange, children, ...field }: SelectFieldProps) {
  const control = useControl(field.path, field.hint !== undefined);
  return (
    <FieldFrame {...field}>
      <select
        {...control}
        class="select"
        value={value}
        aria-required={field.isRequired}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      >
        {children}
      </select>
    </FieldFrame>
  );
}

interface CheckFieldProps {
  readonly path: string;
  readonly label: string;
  readonly hint?: string;
  readonly isChecked: boolean;
  readonly onChange: (isChecked: boolean) => void;
}

export function CheckField({ path, label, hint, isChecked, onChange }: CheckFieldProps) {
  const control = useControl(path, hint !== undefined);
  return (
    <div class="field">
      <label class="toggle">
        <input
          {...control}
          type="checkbox"
          checked={isChecked}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
        {label}
      </label>
      {hint && (
        <small class="muted" id={`${control.id}-hint`}>
          {hint}
        </small>
      )}
      <FieldError path={path} />
    </div>
  );
}

interface GroupProps {
  readonly path: string;
  readonly legend: string;
  readonly hint?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A card with controls that belong together: one choice, or a list. */
export function Group({ path, legend, hint, children }: GroupProps) {
  const { id, 'aria-describedby': describedBy } = useControl(path, hint !== undefined);
  return (
    <fieldset class="card form-group" id={id} tabIndex={-1} aria-describedby={describedBy}>
      <legend>{legend}</legend>
      {hint && (
        <p class="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <FieldError path={path} />
      {children}
    </fieldset>
  );
}

interface AddButtonProps {
  /** Path of the list. */
  readonly path: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** Adds an item to a list. It gets the focus when one is removed. */
export function AddButton({ path, onClick, children }: AddButtonProps) {
  return (
    <button type="button" class="button add" id={fieldId(addPath(path))} onClick={onClick}>
      <Icon name="plus" /> {children}
    </button>
  );
}

interface RemoveButtonProps {
  /** Name of the item for screen readers. */
  readonly name: string;
  readonly onClick: () => void;
}

/** Removes an item from a list. */
export function RemoveButton({ name, onClick }: RemoveButtonProps) {
  return (
    <button type="button" class="button icon-button" aria-label={`Remove ${name}`} title="Remove" onClick={onClick}>
      <Icon name="trash" />
    </button>
  );
}

/** Returns the path of the button that adds to a list. */
export function addPath(list: string): string {
  return `${list}-add`;
}
