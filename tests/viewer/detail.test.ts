/** An entry in detail, in a browser, on a real server. SCREENSHOTS=folder keeps pictures of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { agencyEntries } from './agency-entries.ts';
import { detail, entry, isLive, phone, picture, rows, Stage, violations } from './browser.ts';
import { clipboard, copied, edited, openEntry, report } from './opened-entry.ts';

describe.skipIf(chromiumPath === undefined)(`an entry in detail${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
  });
  afterAll(() => stage?.close());
  const query = (page: Page) => new URL(page.url()).searchParams.get('q');

  it('leads to what its fields have in common with others, by links that a tab of its own takes too', async () => {
    const { page, complaints } = await stage.openBrowser();
    const title = 'Publication failed for Instagram: rate limit';
    for (const [name, expected] of [
      ['pub_2041', 'entity:publication/pub_2041'],
      ['Nike', 'brand:nike'],
      ['Instagram Worker', 'actor:"Instagram Worker"'],
      ['publication.failed', 'event:publication.failed'],
      ['publish-queue', 'context:publish-queue'],
    ] as const) {
      await openEntry(stage, page, 'agency', title);
      await page.evaluate(() => Object.assign(window, { isTheSame: true }));
      const link = detail(page).getByRole('link', { name, exact: true });
      const href = new URL((await link.getAttribute('href')) ?? '', page.url());
      expect([href.searchParams.get('q'), href.searchParams.has('entry')]).toEqual([expected, false]);
      await link.click();
      await detail(page).waitFor({ state: 'detached' });
      expect(query(page)).toBe(expected);
      expect(await page.evaluate(() => 'isTheSame' in window)).toBe(true);
      await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.al-list') !== null)).toBe(true);
    }
    await openEntry(stage, page, 'agency', 'Content approved');
    await detail(page).getByRole('link', { name: 'Mara Lind' }).click();
    await expect.poll(() => query(page)).toBe('user:usr_mara');
    expect(complaints).toEqual([]);
  });

  it('copies ids, its link, and the entry as the API gives it', async () => {
    const { page, complaints } = await stage.openBrowser(clipboard);
    await openEntry(stage, page, 'agency', 'Publication failed');
    const panel = detail(page);
    await panel.getByRole('button', { name: 'Copy the entity’s id' }).click();
    await expect.poll(() => copied(page)).toBe('pub_2041');
    await panel.getByRole('button', { name: 'Copy the link to this entry' }).click();
    await expect.poll(() => copied(page)).toBe(page.url());
    await panel.getByRole('button', { name: 'Raw JSON' }).click();
    await panel.getByText('"databaseId"').waitFor();
    await panel.getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(() => copied(page)).toContain('{');
    expect(JSON.parse(await copied(page))).toMatchObject({
      ...{ workspaceId: 'agency', entityType: 'PUBLICATION', entityId: 'pub_2041', severity: 'ERROR' },
      payload: { platform: 'instagram', errorCode: 'RATE_LIMIT' },
    });
    await picture(page, 'detail-raw');
    expect(await violations(page)).toEqual([]);
    // It stays like this from entry to entry.
    await page.keyboard.press('j');
    await panel.getByText('"content.approved"').waitFor();
    expect(complaints).toEqual([]);
  });

  it('copies without the clipboard that browsers give to pages with TLS only', async () => {
    const { page, complaints } = await stage.openBrowser(clipboard);
    await page.addInitScript(() => {
      Object.defineProperty(navigator.clipboard, 'writeText', { value: undefined });
    });
    await openEntry(stage, page, 'agency', 'Publication failed');
    await detail(page).getByRole('button', { name: 'Copy the entity’s id' }).click();
    await detail(page).getByRole('status').getByText('Copied').waitFor();
    expect(await copied(page)).toBe('pub_2041');
    expect(complaints).toEqual([]);
  });

  it('says so where what it needs cannot be loaded', async () => {
    const { page } = await stage.openBrowser();
    await page.route('**/entry-content.js', (route) => route.abort());
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await rows(page).getByRole('link', { name: 'Content approved' }).first().click();
    await detail(page).getByRole('alert').getByText('cannot be reached').waitFor();
    await page.keyboard.press('Escape');
    await detail(page).waitFor({ state: 'detached' });
  });

  it.each([
    ['detail-phone', { viewport: phone, hasTouch: true, locale: 'en-GB' }, 'light'],
    ['detail-phone-arabic', { viewport: phone, hasTouch: true, locale: 'ar' }, 'dark'],
    ['detail-arabic', { locale: 'ar' }, 'light'],
    ['detail-german-dark', { locale: 'de-DE' }, 'dark'],
    ['detail-wide', { viewport: { width: 2200, height: 1000 } }, 'light'],
  ] as const)('%s: is whole and in reach', async (file, options, colorScheme) => {
    const { page, complaints } = await stage.openBrowser({ ...options, colorScheme });
    const workspaceId = `looks-${file}`;
    await stage.log([
      entry(workspaceId, 'report', { message: 'A report', brandId: 'nike', context: 'queue', payload: report }),
      entry(workspaceId, 'edited', { message: 'حُرّر المحتوى', payload: edited, severity: 'WARNING' }),
    ]);
    await stage.open(page, `/?workspace=${workspaceId}`);
    const panel = page.getByRole('complementary');
    for (const [title, what, name] of [
      ['A report', 'tree', 'tree'],
      ['حُرّر المحتوى', 'table', 'diff'],
    ] as const) {
      await rows(page).getByRole('link', { name: title }).click();
      await panel.getByRole(what).first().waitFor();
      if (what === 'tree') {
        await panel.getByRole('searchbox').fill('media');
        await panel.locator('mark').first().waitFor();
      } else
        await panel
          .getByRole(what)
          .first()
          .evaluate((element) => element.scrollIntoView({ block: 'start' }));
      expect(await violations(page)).toEqual([]);
      await picture(page, `${file}-${name}`);
      // Nothing is wider than there is room for, and nothing around the panel has scrolled with it.
      const around = await page.locator('.al-fields').evaluate((fields) => {
        const moved = [fields.scrollWidth - fields.clientWidth];
        for (let one = fields.parentElement; one !== null; one = one.parentElement)
          moved.push(one.scrollWidth - one.clientWidth, one.scrollTop);
        return moved.filter((pixels) => pixels > 0);
      });
      expect(around).toEqual([]);
      if ('hasTouch' in options) {
        const small = await page.$$eval('.al-detail :is(button, input)', (elements) =>
          elements
            .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()] as const)
            .filter(([, { width, height }]) => width > 0 && Math.min(width, height) < 44)
            .map(([text]) => text),
        );
        expect(small).toEqual([]);
        await page.goBack();
        await panel.waitFor({ state: 'detached' });
      }
    }
    expect(complaints).toEqual([]);
  });
});
