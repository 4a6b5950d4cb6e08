/** The example pages, on an origin of their own: the timeline as a custom element and as a React component. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Panel, serveExamples } from '../../examples/serve.mjs';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { openTestPglite } from '../support/databases.ts';
import { readMetrics } from '../support/prometheus.ts';
import { startTestServer } from '../support/server.ts';
import { entry, isLive, phone, picture, rows, Stage, scrollTop, violations } from './browser.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe.skipIf(chromiumPath === undefined)(`pages that embed the timeline${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  let examples: Awaited<ReturnType<typeof serveExamples>>;
  const panel: Panel = { service: '', secret: new Uint8Array(), ttl: 600 };
  beforeAll(async () => {
    const built = spawnSync('npx', ['vite', 'build', '-c', 'examples/react/vite.config.ts'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(built.status, built.stderr).toBe(0);
    examples = await serveExamples(panel);
    // No other page may ask.
    stage = await Stage.start(await startTestServer(await openTestPglite(), { allowedOrigins: [examples.url] }));
    panel.service = stage.server.url;
    panel.secret = stage.server.secret;
    await stage.name('demo', 'Nordlicht Agency', { nike: 'Nike' });
    await stage.log(Array.from({ length: 90 }, (_, n) => entry('demo', `old-${n}`, { brandId: 'nike' })));
  }, 60_000);
  afterAll(async () => {
    examples?.close();
    await stage?.close();
  });

  async function openExample(example: 'element' | 'react', options: Parameters<Stage['openBrowser']>[0] = {}) {
    panel.ttl = 600;
    const { page, complaints } = await stage.openBrowser(options);
    await page.goto(`${examples.url}/${example}/`);
    return { page, complaints: () => complaints.filter((text) => text !== `a request to ${examples.url}`) };
  }
  const element = (page: Page) => page.locator('activity-timeline');

  describe.each(['element', 'react'] as const)('%s', (example) => {
    it('shows what is there and what comes, and tells the page what is opened', async () => {
      const { page, complaints } = await openExample(example);
      await page.getByRole('heading', { name: 'Nordlicht Agency' }).waitFor();
      await isLive(page);
      await stage.log([entry('demo', `fresh-${example}`)]);
      const fresh = page.getByRole('link', { name: `Content fresh-${example}` });
      await fresh.waitFor();
      await picture(page, `embedded-${example}`);
      expect(await violations(page)).toEqual([]);
      // Its address is one that a colleague can open: in the service's own viewer.
      expect(await fresh.getAttribute('href')).toMatch(new RegExp(`^${panel.service}/\\?workspace=demo&entry=`));
      await page.getByText('No entry is open.').waitFor();
      await fresh.click();
      await page.getByText('An entry is open.').waitFor();
      await page.getByRole('complementary', { name: 'Entry' }).waitFor();
      expect(await violations(page)).toEqual([]);
      // The panel's own address is the panel's.
      expect(page.url()).toBe(`${examples.url}/${example}/`);
      await page.keyboard.press('Escape');
      await page.getByText('No entry is open.').waitFor();
      expect(complaints()).toEqual([]);
    });

    it('exports to a file of the page, from another origin', async () => {
      const { page, complaints } = await openExample(example);
      await page.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
      await page.reload();
      await isLive(page);
      const button = page.getByRole('button', { name: 'Export', exact: true });
      await button.click();
      const dialog = page.getByRole('dialog', { name: 'Export' });
      await dialog.getByText(/^\d+ entries$/).waitFor();
      await picture(page, `embedded-${example}-export`);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: 'Export', exact: true }).click(),
      ]);
      await dialog.getByText('Complete and unchanged').waitFor();
      const records = (await readFile(await download.path(), 'utf8')).split('\r\n');
      expect(records.filter((record) => record.includes('old-')).length).toBe(90);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      // Open to the tests alone, as to whoever made the element: what has the focus in it.
      const focused = await page.locator('.al-timeline').evaluate((timeline) => {
        const { activeElement } = timeline.getRootNode() as Document | ShadowRoot;
        return activeElement?.getAttribute('aria-label');
      });
      expect(focused).toBe('Export');
      expect(complaints()).toEqual([]);
    });

    it('has the colours of the page, light and dark', async () => {
      const { page } = await openExample(example, { colorScheme: 'light' });
      await isLive(page);
      await page.locator('.al-scroller').hover();
      await page.mouse.wheel(0, 900);
      await expect.poll(() => scrollTop(page)).toBeGreaterThan(500);
      await stage.log([entry('demo', `pill-${example}`)]);
      const colour = () =>
        page.getByRole('button', { name: /new/ }).evaluate((pill) => getComputedStyle(pill).backgroundColor);
      await page.getByRole('button', { name: /new/ }).waitFor();
      expect(await colour()).toBe('rgb(10, 110, 79)');
      const surface = () => page.locator('.al-timeline').evaluate((one) => getComputedStyle(one).backgroundColor);
      expect(await surface()).toBe('rgb(255, 255, 255)');
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await colour()).toBe('rgb(111, 220, 180)');
      expect(await surface()).toBe('rgb(20, 22, 28)');
      expect(await violations(page)).toEqual([]);
    });

    it('asks the page for another token when one has ended, and stays where it is', async () => {
      const { page } = await openExample(example);
      panel.ttl = 4;
      await page.reload();
      await isLive(page);
      await page.locator('.al-scroller').hover();
      await page.mouse.wheel(0, 900);
      await expect.poll(() => scrollTop(page)).toBeGreaterThan(500);
      const before = await scrollTop(page);
      // Signed out of the panel meanwhile: then there is no other one.
      panel.ttl = undefined;
      await page.getByText('The session has ended.').waitFor();
      await picture(page, `embedded-${example}-ended`);
      expect(await violations(page)).toEqual([]);
      await stage.log([entry('demo', `missed-${example}`)]);
      panel.ttl = 600;
      await page.getByRole('button', { name: 'Try again' }).click();
      await isLive(page);
      expect(await page.getByText('The session has ended.').count()).toBe(0);
      expect(await scrollTop(page)).toBe(before);
      await page.getByRole('button', { name: '1 new' }).click();
      await page.getByRole('link', { name: `Content missed-${example}` }).waitFor();
    });
  });

  it('speaks Arabic from right to left in a page that does not, also on a phone', async () => {
    const { page, complaints } = await openExample('react', { viewport: phone });
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ar');
    await page.getByText('مباشر').waitFor();
    expect(await page.locator('.al-timeline').evaluate((one) => getComputedStyle(one).direction)).toBe('rtl');
    expect(
      await page.getByRole('heading', { name: 'Campaigns' }).evaluate((one) => getComputedStyle(one).direction),
    ).toBe('ltr');
    await picture(page, 'embedded-arabic-phone');
    expect(await violations(page)).toEqual([]);
    expect(complaints()).toEqual([]);
  });

  it('the element takes attributes as they change, and leaves no connection when it goes', async () => {
    const { page, complaints } = await openExample('element');
    // As the service counts them: a browser forgets to tell of those of pages that it leaves.
    const sockets = async () => (await readMetrics(stage.server))('websockets');
    await isLive(page);
    // Those of pages before may end a little later.
    await expect.poll(sockets).toBe(1);
    await element(page).evaluate((one) => {
      one.setAttribute('theme', 'dark');
      one.setAttribute('locale', 'de');
      one.setAttribute('query', 'old-7');
    });
    await page.getByText('Heute').waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    const background = () => page.locator('.al-timeline').evaluate((one) => getComputedStyle(one).backgroundColor);
    expect(await background()).toBe('rgb(20, 22, 28)');
    await element(page).evaluate((one) => {
      (window as unknown as { kept: Element }).kept = one;
      one.remove();
    });
    await expect.poll(sockets).toBe(0);
    // Put in again it begins again, where it was; for somebody else, who finds what is for them.
    const token = await stage.server.token({ workspace: 'demo' });
    await page.evaluate((token) => {
      const { kept } = window as unknown as { kept: HTMLElementTagNameMap['activity-timeline'] };
      kept.token = token;
      kept.style.inlineSize = '400px';
      document.querySelector('main')?.append(kept);
    }, token);
    await page.getByText('Live', { exact: true }).waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('button', { name: 'Aufbewahrung' }).click();
    await page.getByRole('dialog').getByText('Keine Regel').waitFor();
    await picture(page, 'embedded-element-retention');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // As wide as it is, whatever the page is: an entry takes the place of the list.
    await rows(page).first().getByRole('link').click();
    const panelOf = page.getByRole('complementary', { name: 'Eintrag' });
    await panelOf.waitFor();
    expect((await panelOf.boundingBox())?.width).toBeGreaterThan(390);
    expect(complaints()).toEqual([]);
  });

  it('is not for pages that the service does not know', async () => {
    const other = await serveExamples(panel);
    const { page } = await stage.openBrowser();
    const refused = page.waitForEvent('requestfailed', (request) => request.url().endsWith('activity-timeline.js'));
    await page.goto(`${other.url}/element/`);
    await refused;
    other.close();
  });
});
