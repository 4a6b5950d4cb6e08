// How long after its commit is an entry on the screen? Both moments are of the same clock.
import { medianOf, openViewer } from './browser.mjs';

/** @returns milliseconds from the end of the commit to the frame after the entry has come into the page */
export async function measureLive(browser, address, { writer, workspaceId, samples }) {
  const { page, close } = await openViewer(browser, address);
  const latencies = [];
  for (let number = 0; number < samples; number += 1) {
    const message = `seen live ${number}`;
    const seen = page.evaluate(
      (text) =>
        new Promise((resolve) => {
          const look = () => {
            if (![...document.querySelectorAll('[data-entry]')].some(({ textContent }) => textContent === text)) return;
            observer.disconnect();
            requestAnimationFrame(() => resolve(Date.now()));
          };
          const observer = new MutationObserver(look);
          observer.observe(document, { childList: true, subtree: true, characterData: true });
          look();
        }),
      message,
    );
    // Unlike the one before, so that they are not folded.
    const actorLabel = number % 2 === 0 ? 'bench' : 'benchmark';
    await writer.commit([
      {
        ...{ workspaceId, entityType: 'CONTENT', entityId: `live-${number}`, eventKey: 'content.updated' },
        ...{ message, actorType: 'SYSTEM', actorLabel },
      },
    ]);
    const committed = Date.now();
    latencies.push(Math.max(0, (await seen) - committed));
  }
  await close();
  const sorted = latencies.toSorted((a, b) => a - b);
  return { median: medianOf(latencies), p99: sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] };
}
