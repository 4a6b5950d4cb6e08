/** The viewer in a browser, on a real server. SCREENSHOTS=folder keeps pictures of it. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { openTestPglite } from '../support/databases.ts';
import { startTestServer } from '../support/server.ts';
import { agencyEntries } from './agency-entries.ts';
import {
  desktop,
  detail,
  entry,
  focused,
  isLive,
  phone,
  picture,
  rows,
  Stage,
  scrollTop,
  violations,
} from './browser.ts';

describe.skipIf(chromiumPath === undefined)(`the viewer in a browser${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.start();
    await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
    await stage.log(agencyEntries('agency', Date.now()));
  });
  afterAll(() => stage?.close());

  it('opens by the link, with the entries under their days', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.open(page, '/', { workspace: 'agency', role: 'admin' });
    await page.getByRole('heading', { name: 'Nordlicht Agency' }).waitFor();
    await isLive(page);
    expect(page.url()).toBe(`${stage.server.url}/`);
    const days = await page.locator('.al-row h2').allTextContents();
    expect(days.slice(0, 2)).toEqual(['Today', 'Yesterday']);
    const first = rows(page).first();
    expect(await first.textContent()).toContain('Publication failed for Instagram: rate limit');
    expect(await first.textContent()).toMatch(
      /Error.*Instagram Worker.*Publication pub_2041.*Nike.*publication\.failed/,
    );
    const time = first.getByRole('time');
    expect(await time.getAttribute('title')).toMatch(/\d{4}.*\d\d:\d\d:\d\d/);
    // Of many only those are there that can be seen, and no file has more to say.
    expect(await rows(page).count()).toBeLessThan(40);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'desktop-light');
    expect(complaints).toEqual([]);
  });

  it('shows what is logged without a reload, and keeps the place of who reads further down', async () => {
    const { page, complaints } = await stage.openBrowser();
    const workspaceId = 'live';
    await stage.log(Array.from({ length: 120 }, (_, n) => entry(workspaceId, `old-${n}`)));
    await stage.open(page, '/?workspace=live');
    await isLive(page);
    await stage.log([entry(workspaceId, 'fresh', { message: 'Seen as it happens' })]);
    await page.getByRole('link', { name: 'Seen as it happens' }).waitFor();
    expect(await rows(page).first().textContent()).toContain('Seen as it happens');

    await page.locator('.al-scroller').hover();
    await page.mouse.wheel(0, 900);
    await expect.poll(() => scrollTop(page)).toBeGreaterThan(800);
    const before = await scrollTop(page);
    const read = await page.evaluate(() => document.elementFromPoint(400, 500)?.closest('article')?.textContent);
    await stage.log([entry(workspaceId, 'n1'), entry(workspaceId, 'n2'), entry(workspaceId, 'n3')]);
    const pill = page.getByRole('button', { name: '3 new' });
    await pill.waitFor();
    await picture(page, 'desktop-waiting');
    expect(await violations(page)).toEqual([]);
    expect(await scrollTop(page)).toBe(before);
    const now = await page.evaluate(() => document.elementFromPoint(400, 500)?.closest('article')?.textContent);
    expect(now?.slice(0, 20)).toBe(read?.slice(0, 20));
    await pill.click();
    await page.getByRole('link', { name: 'Content n3' }).waitFor();
    expect(await scrollTop(page)).toBe(0);
    expect(await pill.isVisible()).toBe(false);

    // On to the very first entry, page after page.
    const end = page.getByText('This is where the trail begins.');
    await expect
      .poll(async () => {
        await page.locator('.al-scroller').evaluate((list) => list.scrollTo(0, list.scrollHeight));
        return await end.isVisible();
      })
      .toBe(true);
    expect(await rows(page).last().textContent()).toContain('Content old-0');
    expect(complaints).toEqual([]);
  });

  it('opens entries by the keyboard, one after the other, and is where it was when they are closed', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await page.keyboard.press('j');
    await expect.poll(() => focused(page)).toBe('Publication failed for Instagram: rate limit');
    await page.keyboard.press('Enter');
    const panel = detail(page);
    await panel.getByText('errorCode').waitFor();
    expect(await panel.textContent()).toMatch(
      /ErrorPublication failed.*publication\.failed.*Instagram Worker.*pub_2041.*Nike/,
    );
    expect(new URL(page.url()).searchParams.get('entry')).toMatch(/^\S{8,}$/);
    await picture(page, 'desktop-detail');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('j');
    await panel.getByText('Content approved').first().waitFor();
    const permalink = page.url();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(page.url()).toBe(`${stage.server.url}/?workspace=agency`);
    await expect.poll(() => focused(page)).toMatch(/^Content approved/);
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => focused(page)).toBe('Publication failed for Instagram: rate limit');

    // What a colleague opens, who has not scrolled to it.
    const other = await page.context().newPage();
    await stage.open(other, permalink.slice(stage.server.url.length));
    await detail(other).getByText('Content approved').first().waitFor();
    expect(other.url()).toBe(permalink);
    await other.goto(`${stage.server.url}/?workspace=agency&entry=nothing`);
    await detail(other).getByText('There is no such entry').waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads back to sign-in where a token is refused, and from there to the place that was asked for', async () => {
    const { page, complaints } = await stage.openBrowser();
    const refused = `${(await stage.server.token()).slice(0, -4)}AAAA`;
    await page.goto(`${stage.server.url}/?workspace=agency#token=${refused}`);
    await page.getByRole('alert').getByText("The token's signature does not fit.").waitFor();
    expect(page.url()).toBe(`${stage.server.url}/?workspace=agency`);
    await picture(page, 'desktop-sign-in');
    expect(await violations(page)).toEqual([]);
    const field = page.getByRole('textbox', { name: 'Token' });
    await field.fill('no token');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('three parts').waitFor();
    await field.fill(`Bearer ${await stage.server.token({ workspace: 'agency', role: 'admin', subject: 'ada' })}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await rows(page).first().waitFor();
    await page.reload();
    await rows(page).first().waitFor();
    expect(page.url()).toBe(`${stage.server.url}/?workspace=agency`);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await field.waitFor();
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(
      'eyJ',
    );
    // The browser itself tells of an answer 401.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('leads back to sign-in when the token ends, and says so', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=agency', { ttl: 5 });
    await isLive(page);
    await page.getByRole('alert').getByText('The token has expired').waitFor();
    expect(page.url()).toBe(`${stage.server.url}/?workspace=agency`);
  });

  it('asks for the workspace where the token is for several, and keeps it in the address', async () => {
    const { page, complaints } = await stage.openBrowser();
    await stage.log([entry('another', 'one')]);
    await stage.open(page, '/');
    // Called by its name, found by a part of it.
    await page.getByRole('button', { name: 'Nordlicht Agency' }).waitFor();
    await page.keyboard.type('lich');
    await picture(page, 'desktop-workspaces');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await rows(page).first().waitFor();
    expect(page.url()).toBe(`${stage.server.url}/?workspace=agency`);
    await page.getByRole('button', { name: 'Switch workspace' }).click();
    await page.getByRole('textbox', { name: 'Workspace id' }).fill('no-entries-yet');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing here yet' }).waitFor();
    await isLive(page);
    await picture(page, 'desktop-empty');
    await stage.log([entry('no-entries-yet', 'first')]);
    await page.getByRole('link', { name: 'Content first' }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('leads who begins to GraphiQL, then to the only workspace that there is; the choice stays within reach', async () => {
    const { page } = await stage.openBrowser();
    const fresh = await startTestServer(await openTestPglite());
    onTestFinished(() => fresh.close());
    await page.goto(`${fresh.url}/#token=${await fresh.token()}`);
    const link = page.getByRole('link', { name: 'Log the first entry in GraphiQL' });
    await picture(page, 'desktop-first');
    expect(await violations(page)).toEqual([]);
    await link.click();
    await page.waitForURL(`${fresh.url}/graphql`);
    await fresh.graphql(
      `mutation { activityLog(input: { workspaceId: "mine", entityType: OTHER, entityId: "x", eventKey: "shelf.added",
        message: "My first", actorType: SYSTEM, actorLabel: "test" }) { duplicate } }`,
    );
    await page.goto(`${fresh.url}/`);
    await page.getByRole('link', { name: 'My first' }).waitFor();
    expect(page.url()).toBe(`${fresh.url}/?workspace=mine`);
    await page.getByRole('button', { name: 'Switch workspace' }).click();
    await page.getByRole('button', { name: 'mine' }).waitFor();
    expect(page.url()).toBe(`${fresh.url}/`);
  });

  it('says why it has nothing to show, and tries again', async () => {
    const { page } = await stage.openBrowser();
    await stage.open(page, '/?workspace=other', { workspace: 'agency', role: 'admin' });
    await page.getByRole('heading', { name: 'The entries could not be loaded' }).waitFor();
    await picture(page, 'desktop-failed');
    expect(await violations(page)).toEqual([]);
    const asked = page.waitForRequest((request) => request.postData()?.includes('query Timeline') ?? false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await asked;
  });

  it('says that it is not live while the service is away, and goes on with whatever comes back in its place', async () => {
    const { page } = await stage.openBrowser();
    const first = await startTestServer(await openTestPglite());
    const port = Number(new URL(first.url).port);
    await page.goto(`${first.url}/?workspace=away#token=${await first.token()}`);
    await isLive(page);
    await first.close();
    await page.getByText('Reconnecting…').waitFor();
    await picture(page, 'desktop-reconnecting');
    // Another database: the place to go on from is none of its own.
    const second = await startTestServer(await openTestPglite(), { ...first.config, port });
    onTestFinished(() => second.close());
    await second.graphql(
      `mutation { activityLog(input: { workspaceId: "away", entityType: OTHER, entityId: "x", eventKey: "shelf.added",
        message: "Back again", actorType: SYSTEM, actorLabel: "test" }) { duplicate } }`,
    );
    await page.getByRole('link', { name: 'Back again' }).waitFor();
    await isLive(page);
  });

  it.each([
    ['phone-light', phone, 'light'],
    ['phone-dark', phone, 'dark'],
    ['desktop-dark', desktop, 'dark'],
  ] as const)(
    '%s: everything is there, in reach, and can be told from what is behind it',
    async (file, viewport, colorScheme) => {
      const { page, complaints } = await stage.openBrowser({ viewport, colorScheme, hasTouch: viewport === phone });
      await stage.open(page, '/?workspace=agency');
      await isLive(page);
      await rows(page).first().waitFor();
      await picture(page, file);
      expect(await violations(page)).toEqual([]);
      await rows(page).first().getByRole('link').click();
      await detail(page).getByText('errorCode').waitFor();
      await picture(page, `${file}-detail`);
      expect(await violations(page)).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow).toBeLessThanOrEqual(0);
      if (viewport === phone) {
        const small = await page.$$eval('button, .al-button', (elements) =>
          elements
            .map((one) => [one.textContent || one.ariaLabel, one.getBoundingClientRect()] as const)
            .filter(([, { width, height }]) => width > 0 && Math.min(width, height) < 44)
            .map(([text]) => text),
        );
        expect(small).toEqual([]);
        await page.goBack();
        await detail(page).waitFor({ state: 'detached' });
        await rows(page).first().waitFor();
      }
      expect(complaints).toEqual([]);
    },
  );

  it('moves nothing around while it loads', async () => {
    const { page } = await stage.openBrowser();
    await page.addInitScript(() => {
      const seen: number[] = [];
      (window as unknown as { shifts: number[] }).shifts = seen;
      new PerformanceObserver((list) => {
        for (const one of list.getEntries()) seen.push((one as unknown as { value: number }).value);
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await stage.open(page, '/?workspace=agency');
    await isLive(page);
    await page.getByText('Today').waitFor();
    const shifts = await page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    expect(shifts.reduce((sum, one) => sum + one, 0)).toBeLessThan(0.02);
  });
});
