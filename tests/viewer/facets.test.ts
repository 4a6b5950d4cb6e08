/** The facets beside the list, and what the picture says of itself, in a browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, whySkipped } from '../support/chromium.ts';
import { entry, picture, rows, type Stage, violations } from './browser.ts';
import { facet, isDrawn, openPicture, plot, query, startWeeks, statistics, timezoneId, total } from './pictures.ts';

describe.skipIf(chromiumPath === undefined)(`facets in a browser${whySkipped}`, { timeout: 60_000 }, () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await startWeeks();
  });
  afterAll(() => stage?.close());

  it('has facets beside it that filter, and do no more', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks');
    expect(await facet(page, 'Nike').textContent()).toBe('Nike150');
    expect(await facet(page, 'content.step_8').isVisible()).toBe(false);
    await page.getByRole('button', { name: '3 more' }).click();
    await facet(page, 'content.step_8').click();
    await expect.poll(() => query(page)).toBe('event:content.step_8');
    await facet(page, 'Nike').click();
    await expect.poll(() => query(page)).toBe('event:content.step_8 brand:nike');
    await facet(page, 'usr_mara').click();
    await expect.poll(() => query(page)).toBe('event:content.step_8 brand:nike user:usr_mara');
    const filter = { eventKeys: ['content.step_8'], brandIds: ['nike'], actorUserIds: ['usr_mara'] };
    await expect.poll(() => total(page)).toBe(`${(await statistics(stage, 'weeks', filter, 'DAY')).total} entries`);
    expect(await facet(page, 'Nike').getAttribute('aria-pressed')).toBe('true');
    // What else could be chosen is there, with what it would bring.
    const others = await statistics(stage, 'weeks', { ...filter, brandIds: ['aurora'] }, 'DAY');
    await expect.poll(() => facet(page, 'Aurora Outdoor').textContent()).toBe(`Aurora Outdoor${others.total}`);
    await picture(page, 'picture-facets');
    expect(await violations(page)).toEqual([]);
    for (const name of ['content.step_8', 'Nike', 'usr_mara']) await facet(page, name).click();
    await expect.poll(() => query(page)).toBe('');
    await expect.poll(() => total(page)).toBe('600 entries');

    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.getByRole('button', { name: 'Chart' }).click();
    expect([await facet(page, 'Nike').isVisible(), await plot(page).isVisible()]).toEqual([false, false]);
    await page.reload();
    await expect.poll(() => total(page)).toBe('600 entries');
    expect([await facet(page, 'Nike').isVisible(), await plot(page).isVisible()]).toEqual([false, false]);
    await page.getByRole('button', { name: 'Chart' }).click();
    await isDrawn(page);
    expect(complaints).toEqual([]);
  });

  it('says that it estimates where there is too much to count', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    for (let at = 0; at < 10_400; at += 800)
      await stage.log(Array.from({ length: 800 }, (_, n) => entry('many', `m${at + n}`, { brandId: 'nike' })));
    await openPicture(stage, page, 'many');
    expect(await total(page)).toMatch(/^About (9|10|11),\d00 entries$/);
    expect(await page.getByText('Estimated').getAttribute('title')).toMatch(/a sample of [\d,]+ entries/);
    expect(await facet(page, 'nike').textContent()).toMatch(/^nike≈ 1?\d(\.\d)?k$/i);
    await picture(page, 'picture-estimated');
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('offers clients what they may filter by, in their words', async () => {
    const { page, complaints } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks', '', { workspace: 'weeks', role: 'client', brands: ['nike'] });
    expect(await total(page)).toBe('150 entries');
    const names = await page.getByRole('region', { name: 'Filters' }).getByRole('group').allTextContents();
    expect(names.map((text) => /^[A-Z][a-z]+?(?=[A-Z])/.exec(text)?.[0])).toEqual(['Severity', 'Events', 'Actors']);
    expect(names.join(' ')).not.toMatch(/usr_mara|content\./);
    await facet(page, 'User').click();
    await expect.poll(() => query(page)).toBe('actortype:user');
    await facet(page, 'Content step 2').click();
    await expect.poll(() => query(page)).toBe('actortype:user event:content.step_2');
    await expect.poll(() => total(page)).toBe('17 entries');
    await rows(page).first().waitFor();
    await picture(page, 'picture-client');
    expect(complaints).toEqual([]);
  });

  it('says quietly that it could not be read, keeps what there was, and tries again', async () => {
    const { page } = await stage.openBrowser({ timezoneId });
    await openPicture(stage, page, 'weeks');
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query Statistics')) await route.abort();
      else await route.fallback();
    });
    await facet(page, 'Nike').click();
    await page.getByText('The overview could not be loaded.').waitFor();
    await rows(page).first().waitFor();
    expect(await total(page)).toBe('600 entries');
    await picture(page, 'picture-failed');
    expect(await violations(page)).toEqual([]);
    await page.unroute('**/graphql');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => total(page)).toBe('150 entries');
    expect(await page.getByText('The overview could not be loaded.').isVisible()).toBe(false);
  });
});
