import type { ComponentChildren } from 'preact';
import type { OptionRowFragment } from '../../__generated__/graphql.ts';
import { allResourcesOf } from '../../data/resources.ts';

interface OptionFactsProps {
  readonly option: OptionRowFragment;
  readonly isDefault: boolean;
  /** Name of the option that replaces it. Undefined if none does. */
  readonly redirectName: string | undefined;
  /** Further tags. */
  readonly children?: ComponentChildren;
}

/** Name, tags, content, description and warnings of an image or a size. */
export function OptionFacts({ option, isDefault, redirectName, children }: OptionFactsProps) {
  const { displayName, description, hidden, denied, deniedMessage, redirectMessage } = option;
  const content = contentOf(option);
  return (
    <>
      <span class="row-line">
        <strong>{displayName}</strong>
        {isDefault && <span class="tag">default</span>}
        {hidden && <span class="tag">hidden</span>}
        {denied && <span class="tag warning">denied</span>}
        {children}
      </span>
      {content !== displayName && <small class="muted break">{content}</small>}
      {description && <small class="muted">{description}</small>}
      {denied && <small class="warning">{deniedMessage ?? 'A filter rule denies it, without a message.'}</small>}
      {redirectName !== undefined && (
        <small class="warning">
          Replaced by <bdi>{redirectName}</bdi>
          {redirectMessage && `: ${redirectMessage.text}`}
        </small>
      )}
    </>
  );
}

/** Returns the image or the resources. The id of the option if it has neither. */
function contentOf({ optionId, image, pod }: OptionRowFragment): string {
  if (image) return image.image;
  return (pod && allResourcesOf(pod)) || optionId;
}
