import { signal } from '@preact/signals';

const cardsQuery = matchMedia('(max-width: 59.99em)');

/** Whether the window is too narrow for a table, so each row is a card. */
export const showsCards = signal(cardsQuery.matches);

/** Pixels of 1 rem, which grows on very large screens. */
export const rem = signal(measureRem());

cardsQuery.addEventListener('change', () => {
  showsCards.value = cardsQuery.matches;
});
addEventListener('resize', () => {
  rem.value = measureRem();
});

function measureRem(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}
