/** An entry in detail, in a browser, on a real server. SCREENSHOTS=folder keeps pictures of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { agencyEntries } from './agency-entries.ts';
import { detail, entry, isLive, phone, picture, rows, Stage, violations } from './browser.ts';

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

  const tree = (page: Page) => detail(page).getByRole('tree', { name: 'Payload' });
  const line = (page: Page, name: string | RegExp) => tree(page).getByRole('treeitem', { name }).first();
  const focusedLine = (page: Page) =>
    page.evaluate(() => document.activeElement?.querySelector('.al-node-text')?.textContent);
  const report = {
    platform: 'instagram',
    errorCode: 'RATE_LIMIT',
    willRetry: true,
    response: { status: 429, headers: { 'retry-after': '60', 'x-request-id': 'req_81' }, body: null },
    media: Array.from({ length: 250 }, (_, n) => ({ id: `media_${n}`, type: n === 207 ? 'carousel' : 'reel' })),
    caption: 'Run the night. '.repeat(60),
  };

  it('shows a payload as a tree that the keys move in', async () => {
    const { page, complaints } = await stage.openBrowser(clipboard);
    await stage.log([entry('trees', 'report', { message: 'A report', payload: report })]);
    await openEntry(page, 'trees', 'A report');
    await line(page, /^platform/).click();
    await page.keyboard.press('End');
    expect(await focusedLine(page)).toMatch(/^caption: "Run the night.*…Show all 900 characters/);
    await page.keyboard.press('Enter');
    await detail(page).getByRole('button', { name: 'Show less' }).waitFor();
    await page.keyboard.press('Home');
    expect(await focusedLine(page)).toBe('platform: "instagram"');
    for (let n = 0; n < 3; n += 1) await page.keyboard.press('ArrowDown');
    expect(await focusedLine(page)).toMatch(/^response: \{3 fields/);
    await page.keyboard.press('ArrowLeft');
    expect(await line(page, /^response/).getAttribute('aria-expanded')).toBe('false');
    expect(await line(page, /^status/).count()).toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focusedLine(page)).toBe('status: 429');
    await page.keyboard.press('ArrowLeft');
    expect(await focusedLine(page)).toMatch(/^response/);
    await line(page, /^headers/).focus();
    await line(page, /^retry-after/).click();
    await detail(page).getByRole('button', { name: 'Copy path' }).click();
    await expect.poll(() => copied(page)).toBe("$.response.headers['retry-after']");
    await detail(page).getByRole('button', { name: 'Copy value' }).click();
    await expect.poll(() => copied(page)).toBe('60');
    await detail(page).getByRole('button', { name: 'Copy', exact: true }).click();
    await expect.poll(async () => JSON.parse(await copied(page))).toEqual(report);
    await picture(page, 'detail-tree');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('finds what is in a payload, however deep, and goes from one to the next', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.log([entry('searched', 'report', { message: 'A report', payload: report })]);
    await openEntry(page, 'searched', 'A report');
    const field = detail(page).getByRole('searchbox', { name: 'Search the payload' });
    await field.fill('CAROUSEL');
    await detail(page).getByText('1 of 1').waitFor();
    await line(page, 'type: "carousel"').waitFor();
    expect(await tree(page).locator('mark').allTextContents()).toEqual(['carousel']);
    expect(await line(page, /^200 … 249/).getAttribute('aria-expanded')).toBe('true');
    expect(await line(page, /^100 … 199/).getAttribute('aria-expanded')).toBe('false');
    expect(await line(page, 'type: "carousel"').getAttribute('aria-selected')).toBe('true');
    await picture(page, 'detail-search');
    expect(await violations(page)).toEqual([]);
    await field.fill('media_20');
    await detail(page).getByText('1 of 11').waitFor();
    await field.press('Enter');
    await detail(page).getByText('2 of 11').waitFor();
    await field.press('Shift+Enter');
    await detail(page).getByText('1 of 11').waitFor();
    await detail(page).getByRole('button', { name: 'Previous match' }).click();
    await detail(page).getByText('11 of 11').waitFor();
    await line(page, 'id: "media_209"').waitFor();
    expect(await line(page, 'id: "media_209"').getAttribute('data-current')).toBe('true');
    await field.fill('nowhere');
    await detail(page).getByText('Not found').waitFor();
    await field.press('Escape');
    expect(await field.inputValue()).toBe('');
    await field.press('ArrowDown');
    expect(await tree(page).evaluate((element) => element.contains(document.activeElement))).toBe(true);
    await page.keyboard.press('Escape');
    await detail(page).waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });

  it('shows what is hostile as text, and what hides by its name', async () => {
    const { page, complaints } = await stage.openBrowser();
    const payload = {
      '<img src=x onerror=alert(1)>': '</script><script>alert(1)</script>',
      url: 'javascript:alert(1)',
      ['__proto__x']: { constructor: 'own', toString: 'own' },
      file: 'invoice\u202Efdp.exe',
      name: 'زيارة المتجر',
    };
    await stage.log([
      entry('hostile', 'x', { message: '<b onclick=alert(1)>Bold\u202E</b>', actorLabel: 'ad\u200Bmin', payload }),
    ]);
    await openEntry(page, 'hostile', '<b onclick=alert(1)>Bold');
    await line(page, 'file: "invoiceU+202Efdp.exe"').waitFor();
    await line(page, '<img src=x onerror=alert(1)>: "</script><script>alert(1)</script>"').waitFor();
    await detail(page).getByRole('link', { name: 'adU+200Bmin' }).waitFor();
    expect(await detail(page).locator('img, script, b, [href^="javascript"]').count()).toBe(0);
    await detail(page).getByRole('button', { name: 'Raw JSON' }).click();
    await detail(page).getByText('invoice\\u202efdp.exe').waitFor();
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

  it('is quick with as much as a payload can hold', async () => {
    const { page, complaints } = await stage.openBrowser();
    const numbers = Array.from({ length: 30_000 }, (_, n) => n % 10);
    const text = { text: 'word '.repeat(12_000) };
    await stage.log([
      entry('large', 'numbers', { message: 'Many numbers', payload: numbers }),
      entry('large', 'text', { message: 'A long text', payload: text }),
    ]);
    await openEntry(page, 'large', 'Many numbers');
    await line(page, /^0 … 9999/).waitFor();
    expect(await tree(page).getByRole('treeitem').count()).toBeLessThan(60);
    const field = detail(page).getByRole('searchbox');
    const began = Date.now();
    await field.fill('7');
    await detail(page).getByText('1 of 3,000').waitFor();
    expect(Date.now() - began).toBeLessThan(5_000);
    await page.keyboard.press('Escape');
    await detail(page).getByRole('button', { name: 'Open all' }).click();
    await detail(page).getByRole('button', { name: 'Close all' }).waitFor();
    expect(await tree(page).getByRole('treeitem').count()).toBeLessThan(1_100);
    await rows(page).getByRole('link', { name: 'A long text' }).click();
    await detail(page).getByRole('button', { name: 'Show all 60,000 characters' }).click();
    await detail(page).getByRole('button', { name: 'Show less' }).waitFor();
    expect(complaints).toEqual([]);
  });

  const brief = 'Show the trail runners at dawn, close to the ground, with the city far behind them. No music.';
  const edited = {
    before: {
      title: 'Run the night',
      brief,
      tags: ['running', 'night'],
      schedule: { at: '2026-11-28T18:00:00Z', zone: 'Europe/Berlin' },
      draft: true,
    },
    after: {
      title: 'Run the day',
      brief: brief.replace('at dawn', 'at noon').replace('No music', 'No voices, no music'),
      tags: ['running', 'day', 'city'],
      schedule: { at: '2026-11-29T09:00:00Z', zone: 'Europe/Berlin' },
      approvedBy: 'usr_jonas',
    },
    reason: 'The client asked for it',
  };
  const table = (page: Page) => detail(page).getByRole('table');
  const cells = (page: Page, place: string) =>
    table(page)
      .getByRole('row')
      .filter({ has: page.getByText(place, { exact: true }) })
      .getByRole('cell');

  it('shows what was changed, place by place and word by word, or the tree', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.log([
      entry('changes', 'edited', { message: 'Content edited', payload: edited }),
      entry('changes', 'moved', { message: 'Content moved', payload: { from: 'IN_REVIEW', to: 'APPROVED' } }),
      entry('changes', 'fields', {
        message: 'Fields set',
        payload: { changes: { budget: { from: 1200, to: 1500 }, owner: [null, 'usr_mara'] } },
      }),
      entry('changes', 'new', { message: 'Content made', payload: { before: null, after: { title: 'Run' } } }),
      entry('changes', 'many', {
        message: 'Many changes',
        payload: {
          old: Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`field_${n}`, n])),
          new: Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`field_${n}`, n + 1])),
        },
      }),
    ]);
    await openEntry(page, 'changes', 'Content edited');
    await table(page).waitFor();
    expect(await detail(page).locator('.al-change-counts').textContent()).toBe('±4 changed+2 added−1 removed');
    expect(await cells(page, 'title').allTextContents()).toEqual(['"Run the night"', '"Run the day"']);
    expect(await cells(page, 'brief').nth(0).locator('del').allTextContents()).toContain('dawn');
    expect(await cells(page, 'brief').nth(1).locator('ins').allTextContents()).toContain('noon');
    expect(await cells(page, 'tags[2]').allTextContents()).toEqual(['Not there', '"city"']);
    expect(await cells(page, 'draft').allTextContents()).toEqual(['true', 'Not there']);
    await detail(page).getByRole('tree', { name: 'What else it says' }).getByText('reason').waitFor();
    expect(await table(page).getByText('zone').count()).toBe(0);
    await picture(page, 'detail-diff');
    expect(await violations(page)).toEqual([]);
    // The choice stays from entry to entry.
    await detail(page).getByRole('radio', { name: 'Tree' }).check({ force: true });
    await line(page, /^before/).waitFor();
    expect(await violations(page)).toEqual([]);
    await rows(page).getByRole('link', { name: 'Content moved' }).click();
    await line(page, /^from: "IN_REVIEW"/).waitFor();
    await detail(page).getByRole('radio', { name: 'Changes' }).check({ force: true });
    expect(await cells(page, 'The whole value').allTextContents()).toEqual(['"IN_REVIEW"', '"APPROVED"']);
    await rows(page).getByRole('link', { name: 'Fields set' }).click();
    await expect.poll(() => cells(page, 'budget').allTextContents()).toEqual(['1200', '1500']);
    expect(await cells(page, 'owner').allTextContents()).toEqual(['null', '"usr_mara"']);
    await rows(page).getByRole('link', { name: 'Content made' }).click();
    await detail(page).getByText('New: there was nothing before').waitFor();
    await rows(page).getByRole('link', { name: 'Many changes' }).click();
    await detail(page).getByRole('button', { name: 'Show 70 more' }).click();
    await cells(page, 'field_99').first().waitFor();
    expect(complaints).toEqual([]);
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
