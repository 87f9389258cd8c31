-- For months on end: moves, corrections, troubles. Times are milliseconds since 1970 UTC unless named otherwise.

-- Where the channel goes, in the words of the adapter, secrets as hashes: a channel that has another name in the
-- configuration but the same address is the same channel.
ALTER TABLE channel ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE channel ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;    -- 0 = until somebody resumes it
ALTER TABLE channel ADD COLUMN failing_since INTEGER NOT NULL DEFAULT 0; -- took nothing since; 0 = it did
ALTER TABLE channel ADD COLUMN gone_at INTEGER NOT NULL DEFAULT 0;       -- not configured any more since; 0 = it is
ALTER TABLE channel ADD COLUMN fuse_from INTEGER NOT NULL DEFAULT 0;     -- the fuse counts posts planned after that
-- Which account of its platform a bot is, secrets as hashes: under another name it reads on where it was.
ALTER TABLE bot ADD COLUMN account TEXT NOT NULL DEFAULT '';

-- What a post does: tell something, put a correction in place of what post `about` told, or take that back.
ALTER TABLE post ADD COLUMN act TEXT NOT NULL DEFAULT 'tell' CHECK(act IN ('tell', 'edit', 'retract'));
ALTER TABLE post ADD COLUMN about INTEGER REFERENCES post;
-- The chat its messages stand in: their ids mean nothing in another one.
ALTER TABLE post ADD COLUMN told_in TEXT NOT NULL DEFAULT '';
ALTER TABLE post ADD COLUMN rehearsed INTEGER NOT NULL DEFAULT 0;        -- 1 = nothing was sent: mode: rehearse;
    -- 2 = and that is over: it counts as not told
-- 1 = it may have gone out before this file was restored: its deliveries begin as unknown.
ALTER TABLE post ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;
CREATE INDEX post_about ON post(about) WHERE about IS NOT NULL;
CREATE INDEX post_subject ON post(subject, channel);

-- 1 = an attempt may have arrived: sent again only while the receiver knows its id.
ALTER TABLE delivery ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;

-- A published edition that changed: its copies are corrected from then on; 0 = nothing to correct.
ALTER TABLE edition ADD COLUMN corrects_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX edition_corrects ON edition(corrects_at) WHERE corrects_at > 0;

-- What the operator is told of, until it is over: one alert a trouble, whatever restarts come between.
CREATE TABLE trouble(
    key TEXT PRIMARY KEY,                            -- "channel weekly", "bot tg", "late weekly", "unsure 12" …
    text TEXT NOT NULL,                              -- as it was told last
    bot TEXT NOT NULL DEFAULT '',                    -- whose chats cannot be told of it; '' = any can
    since INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0,                 -- how often
    next_at INTEGER NOT NULL,                        -- not told yet: when it is; else the next reminder
    post INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID; -- the alert
