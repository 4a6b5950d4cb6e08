-- The term index: by which entries are found without a look at all of a workspace (docs/decisions/0013).

-- CreateTable
CREATE TABLE "TermIndex" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "version" INTEGER NOT NULL,
    "seen" TEXT COLLATE "C" NOT NULL,
    "until" TEXT COLLATE "C",
    "transactionId" xid8,
    "sequence" BIGINT,
    "owner" TEXT COLLATE "C",
    "ownedUntil" TIMESTAMP(3),

    CONSTRAINT "TermIndex_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "TermRun" (
    "run" BIGSERIAL NOT NULL,
    "entries" BIGINT NOT NULL,
    "oldest" BIGINT NOT NULL,
    "newest" BIGINT NOT NULL,
    "ready" BOOLEAN NOT NULL DEFAULT false,
    "retiredAt" TIMESTAMP(3),

    CONSTRAINT "TermRun_pkey" PRIMARY KEY ("run")
);

-- CreateTable
CREATE TABLE "TermPage" (
    "run" BIGINT NOT NULL,
    "term" BIGINT NOT NULL,
    "age" BIGINT NOT NULL,
    "data" BYTEA NOT NULL,

    CONSTRAINT "TermPage_pkey" PRIMARY KEY ("run","term","age")
);
