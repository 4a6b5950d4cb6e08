/** An entry in detail, in a browser, on a real server. SCREENSHOTS=folder keeps pictures of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { agencyEntries } from './agency-entries.ts';
import { detail, isLive, picture, rows, Stage, violations } from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`an entry in detail${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
  });
  afterAll(() => stage?.close());

  /** Opens the viewer, and an entry in it. */
  async function openEntry(page: Page, workspaceId: string, title: string): Promise<void> {
    await stage.open(page, `/?workspace=${workspaceId}`);
    await isLive(page);
    await rows(page).getByRole('link', { name: title }).first().click();
    await detail(page).getByText(title).first().waitFor();
  }
  const query = (page: Page) => new URL(page.url()).searchParams.get('q');
  const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
  const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };

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
      await openEntry(page, 'agency', title);
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
    await openEntry(page, 'agency', 'Content approved');
    await detail(page).getByRole('link', { name: 'Mara Lind' }).click();
    await expect.poll(() => query(page)).toBe('user:usr_mara');
    expect(complaints).toEqual([]);
  });

  it('copies ids, its link, and the entry as the API gives it', async () => {
    const { page, complaints } = await stage.openBrowser(clipboard);
    await openEntry(page, 'agency', 'Publication failed');
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
    await openEntry(page, 'agency', 'Publication failed');
    await detail(page).getByRole('button', { name: 'Copy the entity’s id' }).click();
    await detail(page).getByRole('status').getByText('Copied').waitFor();
    expect(await copied(page)).toBe('pub_2041');
    expect(complaints).toEqual([]);
  });
});
