/** Finding entries, in a browser. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import type { TokenGrant } from '../support/server.ts';
import { agencyEntries } from './agency-entries.ts';
import { desktop, detail, focused, isLive, phone, picture, rows, Stage, violations } from './browser.ts';

const box = (page: Page) => page.getByRole('combobox', { name: 'Search and filter' });
const options = (page: Page) => page.locator('.al-suggestions').getByRole('option');
const chips = (page: Page) => page.getByRole('list', { name: 'What is looked for' }).getByRole('button');
const query = (page: Page) => new URL(page.url()).searchParams.get('q');
const titles = (page: Page) => rows(page).getByRole('link').allTextContents();
/** What comes about, also on a machine that has much else to do. */
const eventually = <T>(read: () => T) => expect.poll(read);
/** Values to complete with have been asked for and are there. */
const isPrepared = (page: Page) =>
  page.waitForResponse((response) => response.request().postData()?.includes('query Completions') ?? false);

describe.skipIf(chromiumPath === undefined)(`finding in the viewer${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
  });
  afterAll(async () => await stage?.close());

  /** The agency's timeline, with everything there to complete with. */
  async function openAgency(page: Page, path = '/?workspace=agency', grant: TokenGrant = {}): Promise<void> {
    const prepared = isPrepared(page);
    await stage.open(page, path, grant);
    await isLive(page);
    await (await prepared).finished();
  }

  it('finds an entry within three keystrokes', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(page);
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
    await openAgency(page);
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
    await openAgency(page);
    await page.keyboard.press('/');
    await page.keyboard.type('severity:');
    await eventually(() => options(page).count()).toBe(3);
    await page.evaluate(async () => {
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowUp', 'Enter']) {
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
    await openAgency(page);
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
    await openAgency(page, '/?workspace=agency&q=severity:error+brand:nike+rate+limit');
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
    await openAgency(page);
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

  it('says what is wrong in a query and what would be right, and looks for the rest', async () => {
    const { page, complaints } = await stage.openBrowser();
    await openAgency(page, '/?workspace=agency&q=severity:loud+colour:red+event:content.approved');
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
    await openAgency(page, '/?workspace=agency', grant);
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
    await openAgency(page, '/?workspace=agency&q=severity:error');
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
    await openAgency(page);
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
