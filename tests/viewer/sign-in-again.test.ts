/** A token that ends under somebody who reads: everything stays where it is, and goes on with the next token. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { detail, entry, isLive, picture, rows, Stage, scrollTop, violations } from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`a token that ends${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.log(Array.from({ length: 120 }, (_, n) => entry('w1', `old-${n}`)));
  });
  afterAll(() => stage?.close());

  it('leaves the list, the entry and the query where they are, and misses nothing until somebody signs in', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=w1&q=content', { ttl: 20, subject: 'mara' });
    await isLive(page);
    await page.locator('.al-scroller').hover();
    await page.mouse.wheel(0, 1_500);
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(1_200);
    await rows(page).nth(20).getByRole('link').click();
    await detail(page).getByText('content.updated').waitFor();
    const before = { url: page.url(), top: await scrollTop(page), shown: await detail(page).textContent() };

    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.getByRole('alert').getByText('The token has expired').waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('eyJ');
    expect(await violations(page)).toEqual([]);
    await picture(page, 'sign-in-again');
    // Twice: browsers let nobody keep a dialog open at the second one.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).toBe(true);
    await stage.log([entry('w1', 'missed-1'), entry('w1', 'missed-2')]);
    const field = dialog.getByRole('textbox', { name: 'Token' });
    await field.fill('no token');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('three parts').waitFor();
    await field.fill(await stage.server.token({ subject: 'mara' }));
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });

    await isLive(page);
    await page.getByRole('button', { name: '2 new' }).waitFor();
    expect({ url: page.url(), top: await scrollTop(page), shown: await detail(page).textContent() }).toEqual(before);
    await stage.log([entry('w1', 'later')]);
    await page.getByRole('button', { name: '3 new' }).click();
    for (const id of ['later', 'missed-2', 'missed-1'])
      await page.getByRole('link', { name: `Content ${id}` }).waitFor();
    // Kept for a reload, as one that was signed in with at first.
    await page.reload();
    await isLive(page);
  });

  it('shows somebody else what they may see, at the same place', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=w1', { ttl: 10, subject: 'mara' });
    await isLive(page);
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog
      .getByRole('textbox', { name: 'Token' })
      .fill(await stage.server.token({ subject: 'carl', workspace: 'w1', role: 'client', brands: ['nike'] }));
    await page.keyboard.press('Enter');
    await page.getByText('Nothing to see yet').waitFor();
    expect(await rows(page).count()).toBe(0);
    expect(page.url()).toBe(`${stage.server.url}/?workspace=w1`);
  });

  it('lets whoever has no other one sign out', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=w1', { ttl: 10 });
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor();
    expect(await rows(page).count()).toBe(0);
  });
});
