/** Finding entries, in a browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { agencyEntries } from './agency-entries.ts';
import { detail, focused, isLive, picture, rows, type Stage, violations } from './browser.ts';
import { box, eventually, openAgency, options, query, startAgency } from './finding.ts';

const chips = (page: Page) => page.getByRole('list', { name: 'What is looked for' }).getByRole('button');
const titles = (page: Page) => rows(page).getByRole('link').allTextContents();

describe.skipIf(chromiumPath === undefined)(`finding in the viewer${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startAgency();
  });
  afterAll(async () => await stage?.close());

  it('finds an entry within three keystrokes', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page);
    await page.keyboard.press('/');
    expect(await violations(page)).toEqual([]);
    await picture(page, 'find-open');
    await page.keyboard.press('f');
    await options(page).first().waitFor();
    await picture(page, 'find-suggestions');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await eventually(() => query(page)).toBe('event:publication.failed');
    await eventually(async () => new Set(await titles(page))).toEqual(
      new Set(['Publication failed for Instagram: rate limit']),
    );
    expect(await box(page).inputValue()).toBe('event:publication.failed ');
    expect(await chips(page).allTextContents()).toEqual(['Eventpublication.failed', 'Clear']);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'find-found');

    // The way back leads to everything, and forth again.
    await page.goBack();
    await eventually(() => rows(page).count()).toBeGreaterThan(7);
    expect(await box(page).inputValue()).toBe('');
    await page.goForward();
    await eventually(() => box(page).inputValue()).toBe('event:publication.failed');
    await eventually(() => rows(page).count()).toBe(7);
    expect(complaints).toEqual([]);
  });

  it('searches as somebody types, by the beginning of the last word, in one step of the history', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page);
    await box(page).click();
    await page.keyboard.type('access tok', { delay: 20 });
    await eventually(() => titles(page)).toContain('The access token of @aurora.outdoor expires in 3 days');
    await eventually(() => rows(page).count()).toBe(7);
    expect(query(page)).toBe('access tok*');
    expect(await box(page).inputValue()).toBe('access tok');
    await page.keyboard.press('Escape');
    expect(await box(page).evaluate((input) => input.matches(':focus'))).toBe(false);
    expect(await box(page).inputValue()).toBe('access tok*');
    await page.keyboard.press('j');
    await eventually(() => focused(page)).toMatch('The access token');
    await page.goBack();
    await eventually(() => query(page)).toBeNull();
    await eventually(() => rows(page).count()).toBeGreaterThan(7);
    expect(complaints).toEqual([]);
  });

  it('does what the keys say that follow one another sooner than the page paints', async () => {
    const { page } = await stage.openBrowser();
    await openAgency(stage, page);
    await page.keyboard.press('/');
    await page.keyboard.type('severity:');
    await eventually(() => options(page).count()).toBe(3);
    await page.evaluate(async () => {
      for (const key of ['ArrowDown', 'PageDown', 'ArrowDown', 'PageUp', 'ArrowUp', 'ArrowUp', 'Enter']) {
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
        // What is done at once is done by the end of the event, and nothing else.
        await Promise.resolve();
      }
    });
    await eventually(() => query(page)).toBe('severity:warning');
    expect(await box(page).inputValue()).toBe('severity:warning ');
  });

  it('completes qualifiers and values, matched anywhere and in the words of people', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page);
    await page.keyboard.press('/');
    await page.keyboard.type('sev');
    expect(await options(page).first().textContent()).toMatch(/^severity:/);
    await page.keyboard.press('Enter');
    await eventually(() => options(page).allTextContents()).toEqual([
      expect.stringMatching(/^severity:info/),
      expect.stringMatching(/^severity:warning/),
      expect.stringMatching(/^severity:error/),
    ]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await eventually(() => query(page)).toBe('severity:warning');
    await page.keyboard.type('outdoor');
    await eventually(() => options(page).first().textContent()).toMatch(/^brand:auroraAurora Outdoor/);
    await options(page).first().click();
    await eventually(() => query(page)).toBe('severity:warning brand:aurora');
    await page.keyboard.type('actor:met');
    await options(page).filter({ hasText: 'Meta API' }).click();
    await eventually(() => query(page)).toBe('severity:warning brand:aurora actor:"Meta API"');
    await eventually(() => rows(page).count()).toBe(7);
    expect(await chips(page).allTextContents()).toEqual([
      'SeverityWarning',
      'BrandAurora Outdoor',
      'ActorMeta API',
      'Clear',
    ]);
    await page.keyboard.type('entity:soc');
    await eventually(() => options(page).allTextContents()).toEqual(['entity:social_account/Social account']);
    await page.keyboard.press('Enter');
    await page.keyboard.type('ig_aurora ');
    await eventually(() => chips(page).allTextContents()).toContain('EntitySocial account ig_aurora');
    expect(complaints).toEqual([]);
  });

  it('takes conditions away by mouse and by keyboard, and keeps the focus', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(stage, page, '/?workspace=agency&q=severity:error+brand:nike+rate+limit');
    await eventually(() => rows(page).count()).toBe(7);
    await chips(page).filter({ hasText: 'limit' }).click();
    await eventually(() => query(page)).toBe('severity:error brand:nike rate');
    await eventually(() => focused(page)).toBe('Clear');
    await chips(page).first().focus();
    await page.keyboard.press('Delete');
    await eventually(() => query(page)).toBe('brand:nike rate');
    await eventually(() => focused(page)).toBe('BrandNike');
    await page.keyboard.press('Backspace');
    await eventually(() => query(page)).toBe('rate');
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await eventually(() => query(page)).toBeNull();
    expect(await box(page).evaluate((input) => input.matches(':focus'))).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('filters by what stands in a line, without opening it', async () => {
    const { context, page, complaints } = await stage.openBrowser();
    await openAgency(stage, page);
    await page.keyboard.press('j');
    await eventually(() => focused(page)).toBe('Publication failed for Instagram: rate limit');
    // Of all chips only those of the entry that has the focus are stops of the Tab key.
    expect(await page.locator('.al-fact[tabindex="0"]').count()).toBe(4);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Instagram Worker');
    await page.keyboard.press('Enter');
    await eventually(() => query(page)).toBe('actor:"Instagram Worker"');
    // The list is as long as there is room for it: the overview counts all of them.
    await eventually(() => page.locator('.al-readout strong').textContent()).toBe('14 entries');
    await eventually(() => rows(page).filter({ hasNotText: 'Instagram Worker' }).count()).toBe(0);
    expect(await detail(page).count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('al-scroller');
    await rows(page).first().getByRole('button', { name: 'Nike' }).click();
    await rows(page).first().getByRole('button', { name: 'publication.failed' }).click();
    await rows(page).first().getByRole('button', { name: 'Publication pub_2041' }).click();
    await eventually(() => query(page)).toBe(
      'actor:"Instagram Worker" brand:nike event:publication.failed entity:publication/pub_2041',
    );
    await eventually(() => rows(page).count()).toBe(7);
    const link = page.url();

    // What a colleague opens.
    const other = await context.newPage();
    await stage.open(other, link.slice(stage.server.url.length));
    await eventually(() => rows(other).count()).toBe(7);
    expect(other.url()).toBe(link);
    expect(await box(other).inputValue()).toBe(query(page));
    expect(complaints).toEqual([]);
  });

  it('shows live only what is looked for', async () => {
    const { page } = await stage.openBrowser();
    await stage.log([{ ...agencyEntries('seen', Date.now())[0], workspaceId: 'seen' } as never]);
    await stage.open(page, '/?workspace=seen&q=severity:error');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await isLive(page);
    const entry = { workspaceId: 'seen', entityType: 'MEDIA', entityId: 'm', eventKey: 'media.lost' } as const;
    const by = { actorType: 'SYSTEM', actorLabel: 'Scheduler' } as const;
    await stage.log([
      { ...entry, ...by, message: 'All is well' },
      { ...entry, ...by, message: 'All is lost', severity: 'ERROR' },
    ]);
    await page.getByRole('link', { name: 'All is lost' }).waitFor();
    expect(await rows(page).count()).toBe(1);
  });
});
