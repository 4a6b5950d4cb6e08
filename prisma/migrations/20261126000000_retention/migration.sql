-- Retention and legal holds (docs/decisions/0016).

-- CreateTable
CREATE TABLE "RetentionPolicy" (
    "id" TEXT COLLATE "C" NOT NULL,
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "conditions" JSONB NOT NULL,
    "days" INTEGER,
    "changedBy" TEXT COLLATE "C" NOT NULL,
    "changedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "RetentionPolicy_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "RetentionPolicy_workspaceId_conditions_key" ON "RetentionPolicy"("workspaceId", "conditions");

-- CreateTable
CREATE TABLE "LegalHold" (
    "id" TEXT COLLATE "C" NOT NULL,
    "workspaceId" TEXT COLLATE "C" NOT NULL,
    "brandId" TEXT COLLATE "C",
    "entityType" "ActivityEntityType",
    "entityId" TEXT COLLATE "C",
    "actorUserId" TEXT COLLATE "C",
    "actorLabel" TEXT COLLATE "C",
    "reason" TEXT COLLATE "C" NOT NULL,
    "placedBy" TEXT COLLATE "C" NOT NULL,
    "placedAt" TIMESTAMP(3) NOT NULL,
    "releasedBy" TEXT COLLATE "C",
    "releasedAt" TIMESTAMP(3),

    CONSTRAINT "LegalHold_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "LegalHold_workspaceId_idx" ON "LegalHold"("workspaceId");

-- CreateTable
CREATE TABLE "RetentionWork" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "owner" TEXT COLLATE "C",
    "ownedUntil" TIMESTAMP(3),
    "doneAt" TIMESTAMP(3),

    CONSTRAINT "RetentionWork_pkey" PRIMARY KEY ("id")
);

-- What of the term index stands for entries that are deleted is found by this.
ALTER TABLE "TermRun" ADD COLUMN "firstTransaction" xid8;
ALTER TABLE "TermRun" ADD COLUMN "lastTransaction" xid8;
ALTER TABLE "TermRun" ADD COLUMN "removed" BIGINT NOT NULL DEFAULT 0;

-- Deleted entries make room for new ones long before a fifth of a large table is deleted.
ALTER TABLE "ActivityLog" SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE "TermPage" SET (autovacuum_vacuum_scale_factor = 0.02);
