import type { ComponentChildren, RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows above and below the visible ones that are in the document, so that scrolling shows no gaps. */
const OVERSCAN = 8;

interface VirtualRowsProps<Item> {
  readonly items: readonly Item[];
  readonly rowHeight: number;
  /** The element that scrolls. */
  readonly viewport: RefObject<HTMLElement | null>;
  /** Pixels that are scrolled at first. */
  readonly scrolled: number;
  readonly children: (item: Item, index: number) => ComponentChildren;
  /** Called with the items near the visible part. */
  readonly onRange?: (first: number, end: number) => void;
}

/** Renders only the rows near the visible part of a list, and all rows for printing. All rows have the same height. */
export function VirtualRows<Item>(props: VirtualRowsProps<Item>) {
  const { items, rowHeight, viewport, scrolled, children, onRange } = props;
  const [range, setRange] = useState({ first: 0, end: 40 });
  useLayoutEffect(() => viewport.current?.scrollTo(0, scrolled), []);
  useLayoutEffect(() => {
    const element = viewport.current;
    if (!element) return undefined;
    const measure = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - OVERSCAN);
      const end = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + OVERSCAN;
      setRange((last) => (last.first === first && last.end === end ? last : { first, end }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    const renderAll = () => setRange({ first: 0, end: Number.POSITIVE_INFINITY });
    addEventListener('beforeprint', renderAll);
    addEventListener('afterprint', measure);
    return () => {
      observer.disconnect();
      removeEventListener('beforeprint', renderAll);
      removeEventListener('afterprint', measure);
      element.removeEventListener('scroll', measure);
    };
  }, [rowHeight, viewport]);
  const first = Math.min(range.first, Math.max(0, items.length - 1));
  const end = Math.min(range.end, items.length);
  useLayoutEffect(() => {
    if (range.end < Number.POSITIVE_INFINITY) onRange?.(first, end);
  }, [first, end, items, onRange]);
  return (
    <div role="rowgroup" class="virtual-rows" style={{ height: `${items.length * rowHeight}px` }}>
      <div role="presentation" class="virtual-window" style={{ transform: `translateY(${first * rowHeight}px)` }}>
        {items.slice(first, end).map((item, offset) => children(item, first + offset))}
      </div>
    </div>
  );
}
