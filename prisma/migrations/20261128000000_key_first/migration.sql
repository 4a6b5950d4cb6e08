-- The key in front: an index that begins with the workspace is one that a read of the timeline may be planned with, and then
-- it reads all of the workspace. PostgreSQL does so where its statistics do not know yet that the workspace is large.
-- For ON CONFLICT the order is no matter: builds from before this migration go on.

-- CreateIndex
CREATE UNIQUE INDEX "ActivityLog_idempotencyKey_workspaceId_key" ON "ActivityLog"("idempotencyKey", "workspaceId");

-- DropIndex
DROP INDEX "ActivityLog_workspaceId_idempotencyKey_key";
