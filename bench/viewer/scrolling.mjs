// Does the list keep up with the wheel? What Chromium's trace says of each frame, and what the page sees of them.
import { setTimeout as delay } from 'node:timers/promises';
import { openViewer } from './browser.mjs';

const seconds = 10;
/** A wheel that is turned fast: a notch of 120 pixels so often. */
const notchMs = 33;
/** Milliseconds that a frame may take; what browsers tell is to a tenth of one. */
const frame = 16.7 + 0.1;

/** How many frames were shown, and how many that should have been were not. */
function countFrames(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const states = traceEvents
    .filter(({ name, ph }) => name === 'PipelineReporter' && ph === 'b')
    .map(({ args }) => (args.chrome_frame_reporter ?? args.frame_reporter)?.state);
  const count = (...wanted) => states.filter((state) => wanted.includes(state)).length;
  return { shown: count('STATE_PRESENTED_ALL', 'STATE_PRESENTED_PARTIAL'), dropped: count('STATE_DROPPED') };
}

/**
 * @returns shown, dropped: frames by the trace; late: share of the page's own frames that took longer than one may; worst: the
 *   longest of them, ms; lines: how far it has come
 */
export async function measureScrolling(browser, address) {
  const { page, close } = await openViewer(browser, address);
  await page.locator('.al-scroller').hover();
  await browser.startTracing(page, { categories: ['cc', 'benchmark'] });
  await page.evaluate(() => {
    let last = performance.now();
    const tick = (now) => {
      window.frameTimes.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    window.frameTimes = [];
    requestAnimationFrame(tick);
  });
  const began = Date.now();
  for (let notch = 1; notch * notchMs < seconds * 1_000; notch += 1) {
    await page.mouse.wheel(0, 120);
    await delay(Math.max(0, began + notch * notchMs - Date.now()));
  }
  const { times, lines } = await page.evaluate(() => ({
    times: window.frameTimes.slice(1),
    lines: Math.max(...[...document.querySelectorAll('[data-index]')].map(({ dataset }) => Number(dataset.index))),
  }));
  const frames = countFrames(await browser.stopTracing());
  await close();
  const late = times.filter((time) => time > frame).length / times.length;
  return { ...frames, late, worst: Math.max(...times), lines };
}
