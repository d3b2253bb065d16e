import { pino } from 'pino';

type Line = Readonly<Record<string, unknown>>;

/** Returns a log whose texts, and lines with a message, can be read. */
export function recordingLog(level = 'info') {
  const texts: string[] = [];
  const log = pino({ level }, { write: (text: string) => void texts.push(text) });
  const lines = (message: string) => texts.map((text) => JSON.parse(text) as Line).filter(({ msg }) => msg === message);
  return { log, texts, lines };
}
