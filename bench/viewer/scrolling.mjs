// Does the list keep up with the wheel?
import { openViewer } from './browser.mjs';

const seconds = 5;
/** Milliseconds that a frame may take; what browsers tell is to a tenth of one. */
const frame = 16.7 + 0.1;

/** @returns share: of the frames, those in time; frames: how many there were; lines: how far it has come */
export async function measureScrolling(browser, address) {
  const { page, close } = await openViewer(browser, address);
  await page.locator('.al-scroller').hover();
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
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end) await page.mouse.wheel(0, 120);
  const { times, lines } = await page.evaluate(() => ({
    times: window.frameTimes.slice(1),
    lines: Math.max(...[...document.querySelectorAll('[data-index]')].map(({ dataset }) => Number(dataset.index))),
  }));
  await close();
  return { share: times.filter((time) => time <= frame).length / times.length, frames: times.length, lines };
}
