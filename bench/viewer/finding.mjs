// Is an entry found among all of them within three keystrokes: the key of the search box, a letter, Enter?
import { medianOf, openViewer } from './browser.mjs';

/**
 * Looks for an error, of which there is one in thousands of entries.
 * @returns query: what the letter was completed to; found: entries on the screen that it has; shown: ms from Enter to the frame
 *   that has nothing else, the median
 */
export async function measureFinding(browser, address, rounds) {
  const seen = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, close } = await openViewer(browser, address);
    await page.keyboard.press('/');
    await page.keyboard.press('e');
    await page.locator('.al-suggestions [role=option]').first().waitFor();
    await page.evaluate(() => {
      window.whenFound = new Promise((resolve) => {
        let began;
        const onKey = ({ key, timeStamp }) => {
          if (key === 'Enter') began = timeStamp;
        };
        addEventListener('keydown', onKey, true);
        const observer = new MutationObserver(() => {
          const all = [...document.querySelectorAll('article[data-severity]')];
          if (began === undefined || all.length === 0) return;
          if (all.some(({ dataset }) => dataset.severity !== 'ERROR')) return;
          observer.disconnect();
          requestAnimationFrame((now) => resolve({ time: now - began, found: all.length }));
        });
        observer.observe(document, { childList: true, subtree: true, attributes: true });
      });
    });
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('article[data-severity=ERROR]') !== null);
    const { time, found } = await page.evaluate(() => window.whenFound);
    seen.push({ time, found, query: new URL(page.url()).searchParams.get('q') });
    await close();
  }
  const { query, found } = seen[0];
  return { query, found, shown: medianOf(seen.map(({ time }) => time)) };
}
