export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-shape" d="M16 2.5 27.7 9.3v13.4L16 29.5 4.3 22.7V9.3Z" />
      <path class="logo-prompt" d="m11 12.5 4 3.5-4 3.5M17.5 20H22" />
    </svg>
  );
}
