// When does somebody see what, and how much has to come for it?
import { medianOf, openViewer } from './browser.mjs';

/**
 * @returns medians: milliseconds from the navigation on, and bytes of JavaScript as they are sent: `first` of what the page names,
 *   which is all that entries need, and `later` of what follows by itself (the histogram, the details)
 */
export async function measureOpening(browser, address, rounds) {
  const seen = [];
  for (let round = 0; round < rounds; round += 1) {
    const { page, close } = await openViewer(browser, address);
    seen.push(
      await page.evaluate(async () => {
        const html = await (await fetch('./')).text();
        const scripts = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js'));
        const bytesOf = (some) => some.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
        const isNamed = ({ name }) => html.includes(new URL(name).pathname);
        return {
          paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
          entries: window.firstEntries,
          first: bytesOf(scripts.filter(isNamed)),
          later: bytesOf(scripts.filter((one) => !isNamed(one))),
        };
      }),
    );
    await close();
  }
  const median = (name) => medianOf(seen.map((one) => one[name]));
  return { paint: median('paint'), entries: median('entries'), first: median('first'), later: median('later') };
}
