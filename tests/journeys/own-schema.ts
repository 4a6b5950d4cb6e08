import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** An application's own schema: the seed's model as it stands in the seed, its enums, and what its relations need. */
export const ownSchema = `
generator client {
  provider               = "prisma-client"
  output                 = "./client"
  runtime                = "nodejs"
  moduleFormat           = "esm"
  importFileExtension    = "ts"
  generatedFileExtension = "ts"
}

datasource db {
  provider = "postgresql"
}

enum ActivityEntityType {
  WORKSPACE
  BRAND
  SOCIAL_ACCOUNT
  CONTENT
  PUBLICATION
  MEDIA
  USER
  SETTINGS
  OTHER
}

enum ActivityActorType {
  USER
  SYSTEM
  WORKER
  INTEGRATION
}

enum ActivityVisibility {
  INTERNAL
  CLIENT
  SYSTEM
}

enum ActivitySeverity {
  INFO
  WARNING
  ERROR
}

model ActivityLog {
  id          String @id @default(cuid())
  workspaceId String
  brandId     String?
  
  entityType  ActivityEntityType
  entityId    String
  eventKey    String
  message     String?
  context     String?
  
  actorType   ActivityActorType
  actorUserId String?
  actorLabel  String?
  
  payload     Json?
  visibility  ActivityVisibility @default(INTERNAL)
  severity    ActivitySeverity   @default(INFO)
  
  createdAt   DateTime @default(now())
  
  workspace   Workspace @relation(fields: [workspaceId], references: [id])
  brand       Brand?    @relation(fields: [brandId], references: [id])

  @@index([workspaceId, createdAt])
  @@index([brandId, createdAt])
  @@index([entityType, entityId, createdAt])
  @@index([eventKey, createdAt])
}

model Workspace {
  id         String        @id
  name       String?
  activities ActivityLog[]
}

model Brand {
  id         String        @id
  activities ActivityLog[]
}
`;

/** Generates the Prisma client of a schema into a temporary directory. */
export async function generateClient(schema: string): Promise<{ url: string; remove(): void }> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'activity-log-own-schema-')));
  writeFileSync(join(dir, 'schema.prisma'), schema);
  // The generated client imports Prisma's runtime from beside itself.
  symlinkSync(modules, join(dir, 'node_modules'), 'junction');
  const cli = join(modules, 'prisma/build/index.js');
  await promisify(execFile)(process.execPath, [cli, 'generate', '--schema', 'schema.prisma'], {
    cwd: dir,
    // It needs no engine; naming any executable keeps it from downloading one.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' },
  });
  return {
    url: pathToFileURL(join(dir, 'client/client.ts')).href,
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
