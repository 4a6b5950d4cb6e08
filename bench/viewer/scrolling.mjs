// Does the list keep up with the wheel? What Chromium's trace says of each frame, and what the page sees of them.
import { setTimeout as delay } from 'node:timers/promises';
import { openViewer, viewport } from './browser.mjs';

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

/** Turns the wheel over a page. @returns by the trace rate: frames a second, dropped: share of those that should have been; late: share of the page's own that took too long; worst: ms */
async function turnTheWheel(browser, page) {
  await page.mouse.move(680, 600);
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
  const times = await page.evaluate(() => window.frameTimes.slice(1));
  const { shown, dropped } = countFrames(await browser.stopTracing());
  const late = times.filter((time) => time > frame).length / times.length;
  return { rate: shown / seconds, dropped: dropped / (shown + dropped), late, worst: Math.max(...times) };
}

/** The list of the viewer; `lines` is how far it has come. */
export async function measureScrolling(browser, address) {
  const { page, close } = await openViewer(browser, address);
  const frames = await turnTheWheel(browser, page);
  const lines = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll('[data-index]')].map(({ dataset }) => Number(dataset.index))),
  );
  await close();
  return { ...frames, lines };
}

/** What this browser can do on this machine: as many lines, all of them there, without a script. */
export async function measurePlainScrolling(browser) {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  const line = (number) =>
    `<li style="height:64px;border-bottom:1px solid #ddd"><b>Content ${number} updated</b><br>Scheduler <i>content ${number}</i></li>`;
  await page.setContent(
    `<ol style="height:640px;overflow:auto;margin:120px 0 0">${Array.from({ length: 1_000 }, (_, number) => line(number)).join('')}</ol>`,
  );
  const frames = await turnTheWheel(browser, page);
  await context.close();
  return frames;
}
