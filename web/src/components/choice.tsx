import { setQuery } from '../router.ts';

interface NamespaceChoiceProps {
  readonly label?: string;
  readonly all?: string;
  readonly value: string;
  readonly names: readonly string[];
}

/** Filter of the page by namespace. */
export function NamespaceChoice({ label = 'Namespace', all = 'All namespaces', value, names }: NamespaceChoiceProps) {
  const options = names.map((name) => [name, name] as const);
  return <Choice label={label} name="namespace" all={all} value={value} options={options} />;
}

interface ChoiceProps {
  readonly label: string;
  /** Name of the parameter of the URL. */
  readonly name: string;
  readonly all: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, title: string])[];
}

/** A filter of the page with a fixed list of values. The chosen one is in the URL. */
export function Choice({ label, name, all, value, options }: ChoiceProps) {
  // A value of the URL that no row has is shown too, because it filters.
  const isUnknown = value !== '' && !options.some(([option]) => option === value);
  return (
    <select
      class="select"
      aria-label={label}
      value={value}
      data-active={value !== ''}
      onChange={({ currentTarget }) => setQuery({ [name]: currentTarget.value })}
    >
      <option value="">{all}</option>
      {isUnknown && <option value={value}>{value}</option>}
      {options.map(([option, title]) => (
        <option key={option} value={option}>
          {title}
        </option>
      ))}
    </select>
  );
}
