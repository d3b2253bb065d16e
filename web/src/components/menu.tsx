import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** Name of the menu and, if it has no text, of the button. */
  readonly label: string;
  readonly hasText?: boolean;
  readonly button: ComponentChildren;
  readonly buttonClass?: string;
  /** Of the button. */
  readonly tabIndex?: number | undefined;
  readonly items: readonly MenuItem[];
}

export interface MenuItem {
  readonly key: string;
  readonly content: ComponentChildren;
  readonly onSelect?: () => void;
  /** A link instead of a command. */
  readonly href?: string;
  readonly isDangerous?: boolean;
  /** Reason for which the item cannot be chosen. */
  readonly disabledReason?: string | undefined;
  readonly isChecked?: boolean;
}

const GAP = 4;

/** A button that opens a menu above everything else, placed so that it fits into the window. */
export function Menu(props: MenuProps) {
  const { label, button, buttonClass = 'button icon-button', hasText = false, tabIndex, items } = props;
  const [isOpen, setOpen] = useState(false);
  const trigger = useRef<HTMLButtonElement>(null);
  // A press outside of a menu closes it before the click: without this, a click on its button would open it again.
  const wasOpen = useRef(false);
  const onClosed = (hasFocus: boolean) => {
    setOpen(false);
    if (hasFocus) trigger.current?.focus();
  };
  return (
    <>
      <button
        ref={trigger}
        type="button"
        tabIndex={tabIndex}
        class={buttonClass}
        aria-label={hasText ? undefined : label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPointerDown={() => {
          wasOpen.current = isOpen;
        }}
        onClick={() => {
          setOpen(!(isOpen || wasOpen.current));
          wasOpen.current = false;
        }}
      >
        {button}
      </button>
      {isOpen && <MenuList label={label} items={items} trigger={trigger} onClosed={onClosed} />}
    </>
  );
}

interface MenuListProps extends Pick<MenuProps, 'label' | 'items'> {
  readonly trigger: RefObject<HTMLButtonElement | null>;
  /** @param hasFocus whether the focus was in the menu */
  readonly onClosed: (hasFocus: boolean) => void;
}

/** The open menu. It is in the document only while it is open: a table has a menu per row. */
function MenuList({ label, items, trigger, onClosed }: MenuListProps) {
  const popover = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    popover.current?.showPopover();
    place(popover.current, trigger.current);
    const entries = entriesOf(popover.current);
    (entries.find((entry) => entry.getAttribute('aria-checked') === 'true') ?? entries[0])?.focus();
  }, [trigger]);
  const close = () => {
    const hasFocus = popover.current?.contains(document.activeElement) ?? false;
    onClosed(hasFocus);
  };
  useEffect(() => {
    // The menu would stay while its button scrolls away. A log that scrolls is no reason.
    const onScroll = ({ target }: Event) => target instanceof Node && target.contains(trigger.current) && close();
    const options = { capture: true, passive: true } as const;
    addEventListener('scroll', onScroll, options);
    return () => removeEventListener('scroll', onScroll, options);
  });
  return (
    <div
      ref={popover}
      popover="auto"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      class="menu"
      onToggle={({ newState }) => newState === 'closed' && close()}
      onKeyDown={(event) => moveFocus(event, close)}
    >
      {items.map((item) => (
        <MenuEntry key={item.key} item={item} close={close} />
      ))}
    </div>
  );
}

function MenuEntry({ item, close }: { readonly item: MenuItem; readonly close: () => void }) {
  const { content, onSelect, href, isDangerous = false, disabledReason, isChecked } = item;
  const role = isChecked === undefined ? 'menuitem' : 'menuitemradio';
  const common = {
    role,
    tabIndex: -1,
    class: 'menu-item',
    'data-danger': isDangerous,
    'aria-checked': isChecked,
  } as const;
  if (href && !disabledReason)
    return (
      <a {...common} href={href} target="_blank" rel="noreferrer" onClick={close}>
        {content}
      </a>
    );
  return (
    <button
      {...common}
      type="button"
      aria-disabled={disabledReason ? true : undefined}
      title={disabledReason}
      onClick={() => {
        if (disabledReason) return;
        close();
        onSelect?.();
      }}
    >
      {content}
      {disabledReason && <small>{disabledReason}</small>}
    </button>
  );
}

function place(popover: HTMLElement | null, trigger: HTMLElement | null): void {
  if (!popover || !trigger) return;
  const at = trigger.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = popover;
  const left = Math.max(GAP, Math.min(at.right - offsetWidth, innerWidth - offsetWidth - GAP));
  const below = at.bottom + GAP;
  const top = below + offsetHeight > innerHeight ? Math.max(GAP, at.top - GAP - offsetHeight) : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}

function entriesOf(popover: HTMLElement | null): HTMLElement[] {
  return [...(popover?.querySelectorAll<HTMLElement>('.menu-item') ?? [])];
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function moveFocus(event: KeyboardEvent, close: () => void): void {
  event.stopPropagation();
  if (event.key === 'Escape' || event.key === 'Tab') {
    if (event.key === 'Escape') event.preventDefault();
    return close();
  }
  const step = steps[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return undefined;
  event.preventDefault();
  const items = entriesOf(event.currentTarget);
  const index = items.findIndex((item) => item === document.activeElement);
  return items[(index + step + items.length) % items.length]?.focus();
}
