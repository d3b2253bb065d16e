import type { ComponentChildren } from 'preact';
import { RemoveButton, TextField } from './field.tsx';

interface MountItemProps<Mount> {
  readonly path: string;
  /** Kind and number of the mount, such as `Secret 1`. */
  readonly title: string;
  readonly mount: Mount;
  readonly onChange: (field: string, mount: Mount) => void;
  readonly onRemove: () => void;
  /** Field that chooses the claim or the secret. */
  readonly source: ComponentChildren;
  /** Last field. */
  readonly children: ComponentChildren;
}

/** Fields of one data volume or secret. */
export function MountItem<Mount extends { readonly mountPath: string }>(props: MountItemProps<Mount>) {
  const { path, title, mount, onChange, onRemove, source, children } = props;
  return (
    <section class="form-item" aria-label={title}>
      {source}
      <TextField
        path={`${path}.mountPath`}
        label="Mount path"
        isRequired
        value={mount.mountPath}
        onInput={(mountPath) => onChange(`${path}.mountPath`, { ...mount, mountPath })}
      />
      <div class="form-item-end">
        {children}
        <RemoveButton name={title.toLowerCase()} onClick={onRemove} />
      </div>
    </section>
  );
}
