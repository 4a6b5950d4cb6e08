import sql from 'sql-template-tag';
import type { Database } from './database.ts';

/** A workspace; `name` is null where the trail mentions an id that has been given no name. */
export interface Workspace {
  id: string;
  name: string | null;
}

export interface Brand {
  workspaceId: string;
  id: string;
  name: string | null;
}

export type BrandKey = Pick<Brand, 'workspaceId' | 'id'>;

/** The names of workspaces and brands. */
export function createDirectory(database: Database) {
  const { prisma } = database;
  return {
    /** One each, in the order of the ids. */
    async workspaces(ids: readonly string[]): Promise<Workspace[]> {
      const rows = await prisma.workspace.findMany({
        where: { id: { in: [...ids] } },
        select: { id: true, name: true },
      });
      const names = new Map(rows.map((row) => [row.id, row.name]));
      return ids.map((id) => ({ id, name: names.get(id) ?? null }));
    },

    /** One each, in the order of the keys. */
    async brands(keys: readonly BrandKey[]): Promise<Brand[]> {
      const rows = await database.query<{ workspaceId: string; id: string; name: string }>(
        sql`SELECT "workspaceId", "id", "name" FROM "Brand" WHERE ("workspaceId", "id") IN (
          SELECT * FROM unnest(${keys.map((key) => key.workspaceId)}::text[], ${keys.map((key) => key.id)}::text[]))`,
      );
      const names = new Map(rows.map((row) => [JSON.stringify([row.workspaceId, row.id]), row.name]));
      return keys.map(({ workspaceId, id }) => ({
        workspaceId,
        id,
        name: names.get(JSON.stringify([workspaceId, id])) ?? null,
      }));
    },

    /** The named brands of a workspace by id; only those of `only` where it is given. */
    async brandsOf(workspaceId: string, only: readonly string[] | null, limit: number): Promise<Brand[]> {
      return await prisma.brand.findMany({
        where: { workspaceId, ...(only === null ? {} : { id: { in: [...only] } }) },
        select: { workspaceId: true, id: true, name: true },
        orderBy: { id: 'asc' },
        take: limit,
      });
    },

    /** Gives a workspace its name. */
    async nameWorkspace(id: string, name: string): Promise<Workspace> {
      return await prisma.workspace.upsert({ where: { id }, create: { id, name }, update: { name } });
    },

    /** Gives a brand its name. */
    async nameBrand({ workspaceId, id }: BrandKey, name: string): Promise<Brand> {
      return await prisma.brand.upsert({
        where: { workspaceId_id: { workspaceId, id } },
        create: { workspaceId, id, name },
        update: { name },
      });
    },
  };
}

export type Directory = ReturnType<typeof createDirectory>;
