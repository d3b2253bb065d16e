/** The element that has, or had, the focus, and its surroundings. Undefined after a press elsewhere. */
let last:
  | { readonly element: HTMLElement; readonly isInTable: boolean; readonly form: HTMLFormElement | null }
  | undefined;

/**
 * Returns the focus when its element is removed or moved, for example because its workspace is deleted. Browsers drop it, so that a
 * keyboard or screen reader would start at the top of the document. It moves to the row that follows in a table, else to the heading of
 * the page. In a form it stays where it was: browsers continue there.
 */
export function startFocusKeeper(): void {
  document.addEventListener('focusin', ({ target }) => {
    // A dialog returns the focus when it closes.
    if (!(target instanceof HTMLElement) || target.closest('dialog')) return;
    last = { element: target, isInTable: target.closest('.table') !== null, form: target.closest('form') };
  });
  document.addEventListener('pointerdown', () => {
    last = undefined;
  });
  new MutationObserver(keepFocus).observe(document.body, { childList: true, subtree: true });
}

function keepFocus(): void {
  if (!last || document.activeElement !== document.body || last.form?.isConnected) return;
  const { element, isInTable } = last;
  const row = isInTable ? document.querySelector<HTMLElement>('.table-row[tabindex="0"]') : null;
  const heir = element.isConnected ? element : (row ?? document.querySelector<HTMLElement>('main h1'));
  heir?.focus({ preventScroll: true });
}
