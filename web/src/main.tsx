import { render } from 'preact';
import { App } from './app.tsx';
import { startClock } from './data/time.ts';
import { startTheme } from './data/theme.ts';
import { startRouter } from './router.ts';

startTheme();
startClock();
startRouter();
const root = document.querySelector('#app');
if (root) render(<App />, root);
