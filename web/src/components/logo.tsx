export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-shape" d="M16 2.500 27.700 9.300v13.400L16 29.500 4.300 22.700V9.300Z" />
      <path class="logo-prompt" d="m11 12.500 4 3.500-4 3.500M17.500 20H22" />
    </svg>
  );
}
