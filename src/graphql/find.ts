import { isStorableText } from '../core/activity/text.ts';
import { grantIn, readScope } from '../core/activity/visibility.ts';
import type { Brand, BrandKey, Workspace } from '../storage/directory.ts';
import type { GraphqlContext } from './context.ts';

/**
 * The workspace by its id. One that the token names is there, whether or not it has a name or entries; one that only `*`
 * covers is there when it has either; any other is not.
 */
export async function findWorkspace(context: GraphqlContext, id: string): Promise<Workspace | null> {
  const viewer = context.viewer();
  if (grantIn(viewer, id) === undefined || !isStorableText(id)) return null;
  const workspace = await context.workspaces.load(id);
  if (viewer.grants.has(id) || workspace.name !== null) return workspace;
  const scope = readScope(viewer, id);
  return scope !== undefined && (await context.presence.load(scope)) ? workspace : null;
}

/** The brand by its key: a client's own brands, for others those that have a name or entries that they may see. */
export async function findBrand(context: GraphqlContext, key: BrandKey): Promise<Brand | null> {
  const scope = readScope(context.viewer(), key.workspaceId);
  if (scope === undefined || !isStorableText(key.workspaceId) || !isStorableText(key.id)) return null;
  const isOwn = scope.brandIds?.includes(key.id);
  if (isOwn === false) return null;
  const brand = await context.brands.load(key);
  if (isOwn || brand.name !== null) return brand;
  return (await context.brandPresence.load({ scope, brandId: key.id })) ? brand : null;
}
