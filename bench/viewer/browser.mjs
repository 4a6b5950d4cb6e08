// The browser that looks at the viewer: headless, and as tests have it.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path && existsSync(path),
);

export const viewport = { width: 1360, height: 820 };

export const openBrowser = () =>
  chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });

/** Opens the viewer in a browser without a past, and resolves when it is live. @returns the page; its context is to be closed */
export async function openViewer(browser, address) {
  const context = await browser.newContext({ viewport, locale: 'en-GB' });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const look = () => {
      if (document.querySelector('[data-entry]') === null) return;
      window.firstEntries = performance.now();
      observer.disconnect();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(address);
  await page.locator('.al-connection[data-connection="live"]').waitFor();
  await page.locator('[data-entry]').first().waitFor();
  return { page, close: () => context.close() };
}

export const medianOf = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
