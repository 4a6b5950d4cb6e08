/** The payload of an entry: as a tree, and as what was changed, in a browser. SCREENSHOTS=folder keeps pictures of it. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { detail, entry, picture, rows, Stage, violations } from './browser.ts';
import { clipboard, copied, edited, openEntry, report } from './opened-entry.ts';

describe.skipIf(chromiumPath === undefined)(`a payload${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
  });
  afterAll(() => stage?.close());

  const tree = (page: Page) => detail(page).getByRole('tree', { name: 'Payload' });
  const line = (page: Page, name: string | RegExp) => tree(page).getByRole('treeitem', { name }).first();
  const focusedLine = (page: Page) =>
    page.evaluate(() => document.activeElement?.querySelector('.al-node-text')?.textContent);
  const table = (page: Page) => detail(page).getByRole('table');
  const cells = (page: Page, place: string) =>
    table(page)
      .getByRole('row')
      .filter({ has: page.getByText(place, { exact: true }) })
      .getByRole('cell');

  it('shows a payload as a tree that the keys move in', async () => {
    const { page, complaints } = await stage.openBrowser(clipboard);
    await stage.log([entry('trees', 'report', { message: 'A report', payload: report })]);
    await openEntry(stage, page, 'trees', 'A report');
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
    await openEntry(stage, page, 'searched', 'A report');
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
    await openEntry(stage, page, 'hostile', '<b onclick=alert(1)>Bold');
    await line(page, 'file: "invoiceU+202Efdp.exe"').waitFor();
    await line(page, '<img src=x onerror=alert(1)>: "</script><script>alert(1)</script>"').waitFor();
    await detail(page).getByRole('link', { name: 'adU+200Bmin' }).waitFor();
    expect(await detail(page).locator('img, script, b, [href^="javascript"]').count()).toBe(0);
    await detail(page).getByRole('button', { name: 'Raw JSON' }).click();
    await detail(page).getByText('invoice\\u202efdp.exe').waitFor();
    expect(complaints).toEqual([]);
  });

  it('is quick with as much as a payload can hold', async () => {
    const { page, complaints } = await stage.openBrowser();
    const numbers = Array.from({ length: 30_000 }, (_, n) => n % 10);
    const text = { text: 'word '.repeat(12_000) };
    await stage.log([
      entry('large', 'numbers', { message: 'Many numbers', payload: numbers }),
      entry('large', 'text', { message: 'A long text', payload: text }),
    ]);
    await openEntry(stage, page, 'large', 'Many numbers');
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
    await openEntry(stage, page, 'changes', 'Content edited');
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
});
