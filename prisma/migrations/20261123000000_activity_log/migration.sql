-- CreateEnum
CREATE TYPE "ActivityEntityType" AS ENUM ('WORKSPACE', 'BRAND', 'SOCIAL_ACCOUNT', 'CONTENT', 'PUBLICATION', 'MEDIA', 'USER', 'SETTINGS', 'OTHER');

-- CreateEnum
CREATE TYPE "ActivityActorType" AS ENUM ('USER', 'SYSTEM', 'WORKER', 'INTEGRATION');

-- CreateEnum
CREATE TYPE "ActivityVisibility" AS ENUM ('INTERNAL', 'CLIENT', 'SYSTEM');

-- CreateEnum
CREATE TYPE "ActivitySeverity" AS ENUM ('INFO', 'WARNING', 'ERROR');

-- CreateTable
-- COLLATE "C": ids and keys are compared byte by byte, so that every database and locale orders them alike.
CREATE TABLE "ActivityLog" (
    "id" TEXT COLLATE "C" NOT NULL,
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "brandId" TEXT COLLATE "C",
    "entityType" "ActivityEntityType" NOT NULL,
    "entityId" TEXT COLLATE "C" NOT NULL,
    "eventKey" TEXT COLLATE "C" NOT NULL,
    "message" TEXT,
    "context" TEXT COLLATE "C",
    "actorType" "ActivityActorType" NOT NULL,
    "actorUserId" TEXT COLLATE "C",
    "actorLabel" TEXT COLLATE "C",
    "payload" JSON,
    "visibility" "ActivityVisibility" NOT NULL DEFAULT 'INTERNAL',
    "severity" "ActivitySeverity" NOT NULL DEFAULT 'INFO',
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "idempotencyKey" TEXT COLLATE "C",
    "transactionId" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    "sequence" BIGSERIAL NOT NULL,

    CONSTRAINT "ActivityLog_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Workspace" (
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT,

    CONSTRAINT "Workspace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Brand" (
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "id" TEXT COLLATE "C" NOT NULL,
    "name" TEXT,

    CONSTRAINT "Brand_pkey" PRIMARY KEY ("workspaceId","id")
);

-- CreateTable
CREATE TABLE "FeedEpoch" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" TEXT NOT NULL,
    "systemIdentifier" TEXT NOT NULL,
    "cursorKey" BYTEA NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "FeedEpoch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ActivityLog_workspaceId_createdAt_id_idx" ON "ActivityLog"("workspaceId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "ActivityLog_brandId_createdAt_id_idx" ON "ActivityLog"("brandId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "ActivityLog_entityType_entityId_createdAt_id_idx" ON "ActivityLog"("entityType", "entityId", "createdAt", "id");

-- CreateIndex
CREATE INDEX "ActivityLog_eventKey_createdAt_id_idx" ON "ActivityLog"("eventKey", "createdAt", "id");

-- CreateIndex
CREATE INDEX "ActivityLog_transactionId_sequence_idx" ON "ActivityLog"("transactionId", "sequence");

-- CreateIndex
CREATE UNIQUE INDEX "ActivityLog_workspaceId_idempotencyKey_key" ON "ActivityLog"("workspaceId", "idempotencyKey");
