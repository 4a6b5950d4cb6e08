import { clearLine, cursorTo } from 'node:readline';
import type { WriteStream } from 'node:tty';

/** Milliseconds between two looks. */
const interval = 250;

function inWords(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `12,000 lines, 3,400/s, 45 %, 20 s left`. @param fraction of the whole, from 0 to 1, where it is known */
export function describeProgress(
  lines: number,
  milliseconds: number,
  fraction: number | undefined,
  unit = 'lines',
): string {
  const rate = milliseconds === 0 ? 0 : Math.round((lines * 1000) / milliseconds);
  const parts = [`${lines.toLocaleString('en')} ${unit}`, `${rate.toLocaleString('en')}/s`];
  if (fraction !== undefined) {
    parts.push(`${Math.floor(fraction * 100)} %`);
    if (fraction > 0) parts.push(`${inWords((milliseconds * (1 - fraction)) / fraction / 1000)} left`);
  }
  return parts.join(', ');
}

export interface Progress {
  /** Writes a line of text past the progress. */
  say(text: string): void;
  stop(): void;
}

/**
 * Shows on a terminal how far it has come, one line that is written over; anywhere else it only passes text on.
 * @param describe what to show after so many milliseconds
 */
export function startProgress(stream: WriteStream, describe: (milliseconds: number) => string): Progress {
  if (!stream.isTTY) return { say: (text) => void stream.write(`${text}\n`), stop: () => {} };
  const began = performance.now();
  const clear = () => {
    cursorTo(stream, 0);
    clearLine(stream, 0);
  };
  const timer = setInterval(() => {
    clear();
    // Some terminals do not say how wide they are.
    const width = stream.columns || 80;
    stream.write(describe(performance.now() - began).slice(0, width - 1));
  }, interval);
  return {
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
    stop() {
      clearInterval(timer);
      clear();
    },
  };
}
