import { brandWithType } from '@pothos/core';
import { encodeGlobalID } from '@pothos/plugin-relay';
import type { GraphqlContext } from './context.ts';
import { findBrand, findWorkspace } from './find.ts';

interface GlobalId {
  typename: string;
  id: string;
}

async function find({ typename, id }: GlobalId, context: GraphqlContext): Promise<object | null> {
  switch (typename) {
    case 'ActivityLog':
      return (await context.entries.load(id)) ?? null;
    case 'Workspace':
      return await findWorkspace(context, id);
    case 'Brand': {
      const key = parseBrandId(id);
      return key === undefined ? null : await findBrand(context, key);
    }
    default:
      return null;
  }
}

/** The thing by a global id, or null where there is none that the viewer may see: the only way to a node. */
export async function loadNode(globalId: GlobalId, context: GraphqlContext): Promise<object | null> {
  context.viewer();
  const found = await find(globalId, context);
  if (found !== null) brandWithType(found, globalId.typename as never);
  return found;
}

/** What the global id of an entry begins with. Twelve bytes make whole letters of base64: that of its id comes behind it. */
export const entryPrefix = encodeGlobalID('ActivityLog', '');

/** A brand's id inside its global id: ids of brands are unique only in their workspace. */
export function formatBrandId({ workspaceId, id }: { workspaceId: string; id: string }): string {
  return JSON.stringify([workspaceId, id]);
}

function parseBrandId(text: string): { workspaceId: string; id: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [workspaceId, id] = parsed as unknown[];
    return typeof workspaceId === 'string' && typeof id === 'string' ? { workspaceId, id } : undefined;
  } catch {
    return undefined;
  }
}
