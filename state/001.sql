-- The first shape of the state file. Times are milliseconds since 1970 UTC unless named otherwise.

CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- What was read -------------------------------------------------------------------------------------------------

-- A file of a source as it was last read, so that a start reads only what changed.
CREATE TABLE file(
    source TEXT NOT NULL, path TEXT NOT NULL,
    mtime INTEGER NOT NULL, size INTEGER NOT NULL,   -- mtime in nanoseconds
    error TEXT NOT NULL DEFAULT '',                  -- why it gave nothing, '' when it was read
    PRIMARY KEY(source, path)) STRICT, WITHOUT ROWID;

CREATE TABLE edition(
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL, slug TEXT NOT NULL,        -- EDITION of EDITION.N
    title TEXT NOT NULL, date TEXT NOT NULL,         -- date: YYYY-MM-DD or '' (not said)
    number TEXT NOT NULL, period TEXT NOT NULL, language TEXT NOT NULL, link TEXT NOT NULL,
    draft INTEGER NOT NULL,
    path TEXT NOT NULL,                              -- the file it came from, '' when imported by hand
    seen_at INTEGER NOT NULL,                        -- first import
    settles_at INTEGER NOT NULL,                     -- counts as published from then on, at the earliest
    published_at INTEGER,                            -- NULL while only editors see it
    next_number INTEGER NOT NULL,                    -- the number the next new item gets
    packed BLOB NOT NULL,                            -- digest_pack of this edition alone, items numbered
    UNIQUE(source, slug)) STRICT;
-- Newest first: by its day (state/day.h), then as published.
CREATE INDEX edition_newest ON edition(source, coalesce(nullif(date, ''), date(seen_at / 1000, 'unixepoch')),
    published_at);
CREATE INDEX edition_path ON edition(source, path);
CREATE INDEX edition_waiting ON edition(settles_at) WHERE published_at IS NULL;

CREATE TABLE item(
    id INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES edition ON DELETE CASCADE,
    number INTEGER NOT NULL,                         -- N, given at first import, never reused
    position INTEGER NOT NULL,                       -- place in the edition, from 1; 0 = gone from it
    section TEXT NOT NULL, title TEXT NOT NULL,
    UNIQUE(edition, number)) STRICT;

CREATE TABLE question(
    id INTEGER PRIMARY KEY,
    item INTEGER NOT NULL REFERENCES item ON DELETE CASCADE,
    number INTEGER NOT NULL,                         -- M of EDITION.N.qM, never reused
    gone INTEGER NOT NULL DEFAULT 0,
    text TEXT NOT NULL,
    UNIQUE(item, number)) STRICT;

-- rowid = search_row() of state/day.h, so that the newest come first without sorting; terms = utf8_terms of section, title, body and link texts.
CREATE VIRTUAL TABLE search USING fts5(terms, tokenize = "unicode61 remove_diacritics 0");

-- Where it goes -------------------------------------------------------------------------------------------------

CREATE TABLE bot(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    cursor TEXT NOT NULL DEFAULT '',                 -- how far its inbound events were read
    state TEXT NOT NULL DEFAULT 'on' CHECK(state IN ('on', 'paused')),
    why TEXT NOT NULL DEFAULT '',
    blocked_until INTEGER NOT NULL DEFAULT 0) STRICT;

CREATE TABLE channel(
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    since INTEGER NOT NULL,                          -- tells only what was published after this
    chat TEXT NOT NULL DEFAULT '',                   -- where the group moved to, '' = as configured
    state TEXT NOT NULL DEFAULT 'on' CHECK(state IN ('on', 'held', 'paused')),
    why TEXT NOT NULL DEFAULT '',
    blocked_until INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,              -- schedules were planned up to here
    seen_at INTEGER NOT NULL DEFAULT 0,              -- first seen in the configuration
    rules TEXT NOT NULL DEFAULT '',                  -- texts of the rules it had last, a line each
    refused INTEGER NOT NULL DEFAULT 0) STRICT;      -- posts in a row refused as bad payload

-- A host that asked everybody to wait.
CREATE TABLE host(name TEXT PRIMARY KEY, blocked_until INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The ledger ----------------------------------------------------------------------------------------------------

CREATE TABLE post(
    id INTEGER PRIMARY KEY,
    channel INTEGER NOT NULL REFERENCES channel,
    kind TEXT NOT NULL CHECK(kind IN ('contents', 'edition', 'section', 'item', 'question', 'text', 'answer')),
    subject TEXT NOT NULL,                           -- SOURCE/EDITION[.N[.qM]], SOURCE/EDITION#SECTION, or the text's key
    occasion TEXT NOT NULL,                          -- '' = once ever; a local day; 'again:N'; an inbound event's id
    state TEXT NOT NULL CHECK(state IN ('planned', 'released', 'sent', 'failed', 'dropped')),
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,                     -- max_age
    who TEXT NOT NULL,                               -- 'rule', 'shell:NAME', 'telegram:12345', 'room'
    rule TEXT NOT NULL DEFAULT '',
    chat TEXT NOT NULL DEFAULT '', topic TEXT NOT NULL DEFAULT '',   -- of an answer; else the channel's
    reply_to TEXT NOT NULL DEFAULT '', edit TEXT NOT NULL DEFAULT '',
    body BLOB,                                       -- packed message of 'text' and 'answer' until released
    buttons BLOB,
    why TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    released_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE(channel, kind, subject, occasion)) STRICT;
CREATE INDEX post_planned ON post(due_at) WHERE state = 'planned';
CREATE INDEX post_released ON post(channel) WHERE state = 'released';
CREATE INDEX post_fuse ON post(channel, released_at) WHERE who = 'rule';
CREATE INDEX post_answer ON post(created_at) WHERE kind = 'answer';

-- Frozen bytes of a part, shared by all that send the same.
CREATE TABLE form(id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;

CREATE TABLE delivery(
    id INTEGER PRIMARY KEY,
    post INTEGER NOT NULL REFERENCES post,
    part INTEGER NOT NULL, parts INTEGER NOT NULL,   -- part from 0
    form INTEGER NOT NULL REFERENCES form,
    state TEXT NOT NULL CHECK(state IN ('due', 'sending', 'sent', 'failed', 'unknown', 'dropped')),
    attempt INTEGER NOT NULL DEFAULT 0,              -- of the request under way or last made; a verdict names it
    tries INTEGER NOT NULL DEFAULT 0,                -- attempts that count for back-off (not 429)
    due_at INTEGER NOT NULL,
    first_at INTEGER NOT NULL DEFAULT 0,             -- first attempt, for idempotent_for
    changed_at INTEGER NOT NULL,
    remote_id TEXT NOT NULL DEFAULT '',
    scratch TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    UNIQUE(post, part)) STRICT;
CREATE INDEX delivery_due ON delivery(due_at) WHERE state = 'due';
CREATE INDEX delivery_form ON delivery(form);
CREATE INDEX delivery_open ON delivery(state) WHERE state IN ('due', 'sending', 'unknown');

-- What a channel was told, whoever asked, under whatever wider form. Taken back when the post failed or was dropped.
CREATE TABLE told(
    channel INTEGER NOT NULL REFERENCES channel, subject TEXT NOT NULL,
    post INTEGER NOT NULL REFERENCES post, at INTEGER NOT NULL,
    PRIMARY KEY(channel, subject)) STRICT, WITHOUT ROWID;
CREATE INDEX told_post ON told(post);

-- A rule fires once for each nominal local time.
CREATE TABLE run(
    channel INTEGER NOT NULL REFERENCES channel, rule TEXT NOT NULL, nominal TEXT NOT NULL,
    post INTEGER, why TEXT NOT NULL DEFAULT '',      -- why it made no post
    at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY(channel, rule, nominal)) STRICT, WITHOUT ROWID;

-- The question of a channel's day, fixed at first need.
CREATE TABLE question_day(
    channel INTEGER NOT NULL REFERENCES channel, day TEXT NOT NULL, subject TEXT NOT NULL,
    PRIMARY KEY(channel, day)) STRICT, WITHOUT ROWID;
CREATE INDEX question_used ON question_day(channel, subject);

-- Inbound events already heeded (kept for two days).
CREATE TABLE heard(
    bot INTEGER NOT NULL REFERENCES bot, event TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY(bot, event)) STRICT, WITHOUT ROWID;

-- The room: what stands on its page. Reconnects catch up by id.
CREATE TABLE room(
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    channel INTEGER NOT NULL REFERENCES channel,
    kind TEXT NOT NULL CHECK(kind IN ('post', 'answer', 'said')),
    who TEXT NOT NULL,                               -- the member's name for 'said'
    post INTEGER,
    reply_to INTEGER NOT NULL DEFAULT 0,
    silent INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,                              -- the room adapter's bytes (JSON); for 'said' the plain text
    at INTEGER NOT NULL) STRICT;
CREATE INDEX room_channel ON room(channel, id);

-- Every change of a post, a delivery, a channel or a bot.
CREATE TABLE history(
    id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
    channel INTEGER, post INTEGER, delivery INTEGER,
    who TEXT NOT NULL, was TEXT NOT NULL, became TEXT NOT NULL, why TEXT NOT NULL) STRICT;
CREATE INDEX history_post ON history(post);

-- The state table of the ledger, asserted a second time here: what the code must never do, the file refuses.
CREATE TRIGGER delivery_moves BEFORE UPDATE OF state ON delivery
WHEN NOT (OLD.state = NEW.state
    OR (OLD.state = 'due' AND NEW.state IN ('sending', 'failed', 'dropped'))
    OR (OLD.state = 'sending' AND NEW.state IN ('due', 'sent', 'failed', 'unknown'))
    OR (OLD.state = 'unknown' AND NEW.state IN ('due', 'sent', 'failed', 'dropped')))
BEGIN SELECT raise(ABORT, 'a delivery cannot go from there to there'); END;
