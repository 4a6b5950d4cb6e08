// Is an entry found among all of them within three keystrokes: the key of the search box, a letter, Enter?
import { medianOf, openViewer } from './browser.mjs';

/** @returns query: what it was completed to; found: entries on the screen that it has; shown: ms from Enter to their frame, the median */
export async function measureFinding(browser, address, rounds) {
  const seen = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, close } = await openViewer(browser, address);
    await page.keyboard.press('/');
    await page.keyboard.press('f');
    await page.locator('.al-suggestions [role=option]').first().waitFor();
    const shown = page.evaluate(
      () =>
        new Promise((resolve) => {
          let began;
          const onKey = ({ key, timeStamp }) => {
            if (key === 'Enter') began = timeStamp;
          };
          addEventListener('keydown', onKey, true);
          const before = new Set([...document.querySelectorAll('[data-entry]')].map(({ dataset }) => dataset.entry));
          const observer = new MutationObserver(() => {
            const entries = [...document.querySelectorAll('[data-entry]')];
            if (began === undefined || entries.length === 0 || entries.some(({ dataset }) => before.has(dataset.entry)))
              return;
            observer.disconnect();
            requestAnimationFrame((now) =>
              resolve({ time: now - began, found: entries.map(({ textContent }) => textContent) }),
            );
          });
          observer.observe(document, { childList: true, subtree: true });
        }),
    );
    await page.keyboard.press('Enter');
    const { time, found } = await shown;
    seen.push({ time, found, query: new URL(page.url()).searchParams.get('q') });
    await close();
  }
  const { query, found } = seen[0];
  return { query, found, shown: medianOf(seen.map(({ time }) => time)) };
}
