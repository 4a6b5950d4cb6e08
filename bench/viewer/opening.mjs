// When does somebody see what, and how much has to come for it?
import { medianOf, openViewer } from './browser.mjs';

/** @returns medians: milliseconds from the navigation on, and bytes of JavaScript as they are sent */
export async function measureOpening(browser, address, rounds) {
  const seen = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, close } = await openViewer(browser, address);
    seen.push(
      await page.evaluate(() => ({
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
        entries: window.firstEntries,
        bytes: performance
          .getEntriesByType('resource')
          .filter(({ name }) => name.endsWith('.js'))
          .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      })),
    );
    await close();
  }
  const median = (name) => medianOf(seen.map((one) => one[name]));
  return { paint: median('paint'), entries: median('entries'), bytes: median('bytes') };
}
