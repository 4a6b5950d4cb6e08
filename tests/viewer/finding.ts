/** What tests of finding have in common. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TokenGrant } from '../support/server.ts';
import { agencyEntries } from './agency-entries.ts';
import { isLive, Stage } from './browser.ts';

export const box = (page: Page) => page.getByRole('combobox', { name: 'Search and filter' });
export const options = (page: Page) => page.locator('.al-suggestions').getByRole('option');
export const query = (page: Page) => new URL(page.url()).searchParams.get('q');
/** What comes about, also on a machine that has much else to do. */
export const eventually = <T>(read: () => T) => expect.poll(read);
/** Values to complete with have been asked for and are there. */
export const isPrepared = (page: Page) =>
  page.waitForResponse((response) => response.request().postData()?.includes('query Completions') ?? false);

/** A stage with the entries of an agency. */
export async function startAgency(): Promise<Stage> {
  const stage = await Stage.start();
  await stage.name('agency', 'Nordlicht Agency', { nike: 'Nike', aurora: 'Aurora Outdoor' });
  await stage.log(agencyEntries('agency', Date.now()));
  return stage;
}

/** The agency's timeline, with everything there to complete with. */
export async function openAgency(
  stage: Stage,
  page: Page,
  path = '/?workspace=agency',
  grant: TokenGrant = {},
): Promise<void> {
  const prepared = isPrepared(page);
  await stage.open(page, path, grant);
  await isLive(page);
  await (await prepared).finished();
}
