/** What helps to find entries: words on what is wrong, saved filters, the keys; for each role, size and language. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import type { TokenGrant } from '../support/server.ts';
import { desktop, detail, focused, isLive, phone, picture, rows, type Stage, violations } from './browser.ts';
import { box, eventually, isPrepared, openAgency, options, query, startAgency } from './finding.ts';

describe.skipIf(chromiumPath === undefined)(`what helps to find${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startAgency();
  });
  afterAll(async () => await stage?.close());

  it('says what is wrong in a query and what would be right, and looks for the rest', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page, '/?workspace=agency&q=severity:loud+colour:red+event:content.approved');
    const problems = page.getByRole('status').filter({ hasText: 'colour' }).locator('p');
    // Without the marks that isolate what was typed.
    await eventually(async () =>
      (await problems.allTextContents()).map((text) => text.replace(/[\u2068\u2069]/g, '')),
    ).toEqual([
      '“severity:” does not take “loud”, but info, warning or error.',
      'There is no “colour:”. There are event, actor, user, actortype, severity, brand, entity, type, context, ' +
        'visibility, after and before. To search for it as text, put it into quotes.',
    ]);
    expect(await box(page).getAttribute('aria-invalid')).toBe('true');
    await eventually(() => rows(page).count()).toBe(7);
    await picture(page, 'find-problems');
    expect(await violations(page)).toEqual([]);

    await box(page).fill(`brand:nothing${' many'.repeat(70)}`);
    await page.keyboard.press('Escape');
    await page.getByText('search takes at most 64 words').waitFor();
    await page.getByRole('heading', { name: 'This search was refused' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await box(page).fill('brand:nothing ');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await picture(page, 'find-nothing');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await eventually(() => rows(page).count()).toBeGreaterThan(7);
    expect(query(page)).toBeNull();
    expect(complaints).toEqual([]);
  });

  it('offers a client nothing that is refused to it, and says so where a link asks for it', async () => {
    const { page, complaints } = await stage.openBrowser();
    const grant: TokenGrant = { workspace: 'agency', role: 'client', brands: ['nike'] };
    await openAgency(stage, page, '/?workspace=agency', grant);
    await page.keyboard.press('/');
    const offered = (await options(page).allTextContents()).map((text) => text.slice(0, text.indexOf(':')));
    expect(offered).toEqual(['event', 'actor', 'actortype', 'severity', 'brand', 'entity', 'type', 'after', 'before']);
    await page.keyboard.type('usr_');
    await eventually(() => options(page).allTextContents()).toEqual(['Search for usr_…', 'Search for usr_']);
    await stage.open(page, '/?workspace=agency&q=context:publish-queue', grant);
    await page.getByText('A client may not filter by contexts.').waitFor();
    await page.getByRole('heading', { name: 'This search was refused' }).waitFor();
    await picture(page, 'find-refused');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('keeps filters under names, opens, renames and removes them', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page, '/?workspace=agency&q=severity:error');
    const button = page.getByRole('button', { name: 'Saved filters' });
    const dialog = page.getByRole('dialog', { name: 'Saved filters' });
    await button.click();
    await dialog.getByText('None yet.').waitFor();
    await dialog.getByRole('textbox', { name: 'Name' }).fill('What failed');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'What failed severity:error' }).waitFor();
    await picture(page, 'find-saved');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await eventually(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Saved filters');

    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await button.click();
    await dialog.getByRole('button', { name: 'Rename What failed' }).click();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.type('Errors');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Errors severity:error' }).click();
    await dialog.waitFor({ state: 'detached' });
    await eventually(() => query(page)).toBe('severity:error');
    await eventually(() => rows(page).count()).toBe(7);
    await button.click();
    await dialog.getByRole('button', { name: 'Remove Errors' }).click();
    await dialog.getByText('None yet.').waitFor();
    expect(await page.evaluate(() => localStorage.getItem('activity-log:filters:agency'))).toBe('[]');
    expect(complaints).toEqual([]);
  });

  it('shows all keys, and gives the focus back', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page);
    await page.keyboard.press('j');
    await eventually(() => focused(page)).toMatch('Publication failed');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await dialog.getByText('Older entry').waitFor();
    await picture(page, 'find-keys');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await eventually(() => focused(page)).toMatch('Publication failed');
    // A dialog keeps its keys: the entry stays open.
    await page.keyboard.press('Enter');
    await detail(page)
      .getByRole('treeitem', { name: /^errorCode/ })
      .waitFor();
    await page.keyboard.press('?');
    await dialog.getByText('Older entry').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(
      await detail(page)
        .getByRole('treeitem', { name: /^errorCode/ })
        .count(),
    ).toBe(1);
    // A field keeps what is typed into it.
    await page.keyboard.press('/');
    await page.keyboard.type('what?');
    expect(await dialog.count()).toBe(0);
    expect(await box(page).inputValue()).toBe('what?');
    expect(complaints).toEqual([]);
  });

  it.each([
    ['phone-light', phone, 'light', 'en-GB'],
    ['phone-dark', phone, 'dark', 'de-DE'],
    ['desktop-arabic', desktop, 'dark', 'ar-EG'],
    ['desktop-german', desktop, 'light', 'de-DE'],
  ] as const)('%s: has room and words for all of it', async (file, viewport, colorScheme, locale) => {
    const { page, complaints } = await stage.openBrowser({
      ...{ viewport, colorScheme, locale, hasTouch: viewport === phone },
    });
    const prepared = isPrepared(page);
    await stage.open(page, '/?workspace=agency&q=severity:error+actor:"Instagram+Worker"+foo:bar');
    await rows(page).first().waitFor();
    await (await prepared).finished();
    await picture(page, `find-${file}`);
    expect(await violations(page)).toEqual([]);
    await page.locator('.al-find input').fill('a');
    await options(page).first().waitFor();
    await picture(page, `find-${file}-open`);
    expect(await violations(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
