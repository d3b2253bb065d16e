/** Paths of 16 × 16 icons, drawn with a stroke. */
const paths = {
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M4.5 3v10l8-5z',
  restart: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.500v3h-3',
  trash: 'M3 4.500h10M6.500 4V2.500h3V4M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  search: 'M7 11.500a4.500 4.500 0 1 0 0-9 4.500 4.500 0 0 0 0 9ZM10.500 10.500l3 3',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.500l3.200 3L13 4.500',
  alert: 'M8 2.500 14 13H2zM8 6.500v3M8 11.300v.01',
  lock: 'M4 7.500h8v6H4zM5.500 7.500V5.300a2.500 2.500 0 0 1 5 0v2.200',
  external: 'M9.500 3h3.500v3.500M13 3 7.500 8.500M11 9.500V13H3V5h3.500',
  sun: 'M8 10.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600ZM8 1.500v1.200M8 13.300v1.200M1.500 8h1.200M13.300 8h1.200M3.400 3.400l.85.85M11.750 11.750l.85.85M3.400 12.600l.85-.85M11.750 4.250l.85-.85',
  moon: 'M13 9.300A5.500 5.500 0 0 1 6.700 3 5.500 5.500 0 1 0 13 9.300Z',
  system: 'M2.500 3.500h11v7.500h-11zM6 13.500h4M8 11v2.500',
  up: 'M8 12.500v-9M4.500 7 8 3.500 11.500 7',
  down: 'M8 3.500v9M4.500 9 8 12.500 11.500 9',
  chevron: 'M4.500 6.500 8 10l3.500-3.500',
  plus: 'M8 3v10M3 8h10',
  edit: 'M3 13l.6-2.800L10.800 3l2.200 2.200-7.200 7.200zM9.500 4.300l2.200 2.200',
  download: 'M8 2.500v7.500M4.800 7 8 10.200 11.200 7M3 13.300h10',
  copy: 'M6 6h7.500v7.500H6zM4 10H2.500V2.500H10V4',
  back: 'M9.500 3.500 5 8l4.500 4.500',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" data-icon={name} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
