import { render } from 'preact';
import { App } from './app.tsx';
import { startFocusKeeper } from './components/focus-keeper.ts';
import { startClock } from './data/time.ts';
import { startTheme } from './data/theme.ts';
import { startRouter } from './router.ts';

startTheme();
startClock();
startRouter();
startFocusKeeper();
const root = document.querySelector('#app');
if (root) render(<App />, root);
