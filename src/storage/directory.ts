import sql, { empty } from 'sql-template-tag';
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

/** The names of workspaces and brands. By SQL, not Prisma, whose errors say UNAVAILABLE in nobody's words. */
export function createDirectory(database: Database) {
  return {
    /** One each, in the order of the ids. */
    async workspaces(ids: readonly string[]): Promise<Workspace[]> {
      const rows = await database.query<Workspace>(
        sql`SELECT "id", "name" FROM "Workspace" WHERE "id" = ANY(${[...ids]}::text[])`,
      );
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
      return await database.query<Brand>(
        sql`SELECT "workspaceId", "id", "name" FROM "Brand"
          WHERE "workspaceId" = ${workspaceId} ${only === null ? empty : sql`AND "id" = ANY(${[...only]}::text[])`}
          ORDER BY "id" LIMIT ${limit}`,
      );
    },

    /** Gives a workspace its name. */
    async nameWorkspace(id: string, name: string): Promise<Workspace> {
      await database.query(
        sql`INSERT INTO "Workspace" ("id", "name") VALUES (${id}, ${name})
          ON CONFLICT ("id") DO UPDATE SET "name" = EXCLUDED."name"`,
      );
      return { id, name };
    },

    /** Gives a brand its name. */
    async nameBrand({ workspaceId, id }: BrandKey, name: string): Promise<Brand> {
      await database.query(
        sql`INSERT INTO "Brand" ("workspaceId", "id", "name") VALUES (${workspaceId}, ${id}, ${name})
          ON CONFLICT ("workspaceId", "id") DO UPDATE SET "name" = EXCLUDED."name"`,
      );
      return { workspaceId, id, name };
    },
  };
}

export type Directory = ReturnType<typeof createDirectory>;
