-- Editions behind an address. Times are milliseconds since 1970 UTC.

-- What the last answers for a source's address said, so that a start asks no sooner than was promised, and asks only
-- for what changed. Another address forgets all of it but `since` and `fetched_at`.
CREATE TABLE fetch(
    source TEXT PRIMARY KEY,
    url TEXT NOT NULL DEFAULT '',                    -- SHA-256 of the address: it may hold a token
    since INTEGER NOT NULL,                          -- the source was first seen
    etag TEXT NOT NULL DEFAULT '', last_modified TEXT NOT NULL DEFAULT '',
    body TEXT NOT NULL DEFAULT '',                   -- SHA-256 of what came last and was read, '' = nothing
    checked_at INTEGER NOT NULL DEFAULT 0,           -- asked last
    fetched_at INTEGER NOT NULL DEFAULT 0,           -- answered well last; 0 = never yet
    next_at INTEGER NOT NULL DEFAULT 0,              -- asked again then, at the earliest
    failures INTEGER NOT NULL DEFAULT 0,             -- in a row
    gone INTEGER NOT NULL DEFAULT 0,                 -- 1 = gone for good: not asked any more
    error TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID; -- of the last failure, '' = it went well
