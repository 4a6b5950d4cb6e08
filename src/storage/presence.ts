/** Whether there is anything to be seen of workspaces and brands, many of them at once. */
import sql, { join } from 'sql-template-tag';
import { grantedCondition, type ReadScope } from '../core/activity/visibility.ts';
import type { Database } from './database.ts';
import type { Bound } from './matching.ts';
import { type Page, readPage } from './timeline.ts';

/**
 * For each scope whether it may see any entry of its workspace, in their order: one statement for all scopes of the same
 * grant.
 */
export async function haveEntries(database: Database, scopes: readonly ReadScope[]): Promise<boolean[]> {
  const found = new Set<ReadScope>();
  for (const like of grouped(scopes, grantOf)) {
    const rows = await database.query<{ place: number }>(
      sql`SELECT wanted.place::int4 AS place
        FROM unnest(${like.map(({ workspaceId }) => workspaceId)}::text[]) WITH ORDINALITY AS wanted("workspace", place)
        WHERE EXISTS (SELECT 1 FROM "ActivityLog"
          WHERE "workspaceId" = wanted."workspace" AND ${grantedCondition(like[0] as ReadScope)})`,
    );
    for (const { place } of rows) found.add(like[place - 1] as ReadScope);
  }
  return scopes.map((scope) => found.has(scope));
}

/** A brand of the scope's workspace. */
export interface BrandInScope {
  scope: ReadScope;
  brandId: string;
}

/**
 * Entries that are looked at for a brand: the newest with its id, of whatever workspace (no index knows both), and the
 * newest of its workspace.
 */
const brandLook = 100;

/**
 * For each brand whether its scope may see any entry of it, in their order: one statement for all scopes of the same
 * grant. What that leaves open (frequent elsewhere, or hidden, and not among the newest of a large workspace) goes by pages,
 * all of a workspace together.
 */
export async function haveBrandEntries(database: Database, brands: readonly BrandInScope[]): Promise<boolean[]> {
  const found = new Set<BrandInScope>();
  for (const like of grouped(brands, ({ scope }) => grantOf(scope))) {
    const { scope } = like[0] as BrandInScope;
    // EXISTS wants one row soon: the index is read in order, however few entries PostgreSQL expects of a brand.
    const looks = [sql`"brandId" = wanted."brand"`, sql`"workspaceId" = wanted."workspace"`].map((part) => {
      const newest = sql`SELECT * FROM "ActivityLog" WHERE ${part} ORDER BY "createdAt" DESC, "id" DESC`;
      return sql`WHEN EXISTS (SELECT 1 FROM (${newest} LIMIT ${brandLook}) AS looked
          WHERE "workspaceId" = wanted."workspace" AND "brandId" = wanted."brand" AND ${grantedCondition(scope)}) THEN true
        WHEN NOT EXISTS (${newest} OFFSET ${brandLook}) THEN false`;
    });
    const rows = await database.query<{ found: boolean | null }>(
      sql`SELECT CASE ${join(looks, ' ')} END AS found
        FROM unnest(${like.map((brand) => brand.scope.workspaceId)}::text[], ${like.map(({ brandId }) => brandId)}::text[])
          WITH ORDINALITY AS wanted("workspace", "brand", place) ORDER BY place`,
    );
    for (const [at, brand] of like.entries()) if (rows[at]?.found === true) found.add(brand);
    const open = like.filter((_, at) => rows[at]?.found === null);
    for (const some of grouped(open, (brand) => brand.scope.workspaceId)) {
      const ids = await findBrandIds(
        database,
        (some[0] as BrandInScope).scope,
        some.map(({ brandId }) => brandId),
      );
      for (const brand of some) if (ids.has(brand.brandId)) found.add(brand);
    }
  }
  return brands.map((brand) => found.has(brand));
}

/**
 * Those of the ids of which the scope may see an entry. A page asks only for what those before have not found: each but the
 * last finds some.
 */
async function findBrandIds(database: Database, scope: ReadScope, brandIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  let [after, more]: [Bound | undefined, boolean] = [undefined, true];
  while (more && found.size < new Set(brandIds).size) {
    const filter = { brandIds: brandIds.filter((id) => !found.has(id)) };
    const page: Page = await readPage(database, { scope, filter, limit: brandLook, from: 'newest', after });
    for (const { brandId } of page.entries) found.add(brandId as string);
    [after, more] = [page.entries.at(-1), page.more];
  }
  return found;
}

/** What scopes have in common that differ in the workspace only. */
const grantOf = ({ visibilities, brandIds }: ReadScope): string => JSON.stringify([visibilities, brandIds]);

/** Lists of what has the same key, none empty. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const like = groups.get(keyOf(one));
    if (like === undefined) groups.set(keyOf(one), [one]);
    else like.push(one);
  }
  return [...groups.values()];
}
