"""Migrations of the database: an append-only list of numbered steps.

The number of the last step is the database's `user_version`. A step that has been released is never edited; each has a
file in tests/store/old that was written before the step after it existed.
"""

from __future__ import annotations

APPLICATION_ID = 0x74636874
"""`tcht`: SQLite's mark for whose file it is."""

_TREE = (
    """
    CREATE TABLE conversations (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        updated_at REAL NOT NULL,
        pinned INTEGER NOT NULL DEFAULT 0,
        archived INTEGER NOT NULL DEFAULT 0,
        deleted_at REAL
    )
    """,
    "CREATE INDEX newest ON conversations (updated_at, id) WHERE deleted_at IS NULL",
    """
    CREATE TABLE messages (
        key INTEGER PRIMARY KEY,
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        id TEXT NOT NULL,
        parent_id TEXT,
        role TEXT NOT NULL,
        text TEXT NOT NULL,
        reasoning TEXT NOT NULL,
        tool_calls TEXT,
        model TEXT,
        parameters TEXT,
        status TEXT NOT NULL,
        finish_reason TEXT,
        error TEXT,
        input_tokens INTEGER,
        output_tokens INTEGER,
        reasoning_tokens INTEGER,
        cached_tokens INTEGER,
        usage_source TEXT,
        first_token_s REAL,
        total_s REAL,
        tokens_per_s REAL,
        cost_usd REAL,
        created_at REAL NOT NULL,
        owner TEXT,
        UNIQUE (conversation, id),
        FOREIGN KEY (conversation, parent_id) REFERENCES messages (conversation, id) DEFERRABLE INITIALLY DEFERRED
    )
    """,
    "CREATE INDEX children ON messages (conversation, parent_id)",
    "CREATE INDEX growing ON messages (owner) WHERE status = 'growing'",
    # What came of a growing message since its row was written: only ever added to, folded in when it ends.
    """
    CREATE TABLE chunks (
        key INTEGER PRIMARY KEY,
        message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
        text TEXT NOT NULL,
        reasoning TEXT NOT NULL,
        tool_calls TEXT
    )
    """,
    "CREATE INDEX chunks_of_message ON chunks (message)",
    """
    CREATE TABLE attachments (
        message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (message, position)
    )
    """,
    # `leaf_id` is no foreign key: a pane that points at nothing is mended when it is read, a lost save is not.
    """
    CREATE TABLE panes (
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        model TEXT NOT NULL,
        parameters TEXT NOT NULL,
        leaf_id TEXT,
        weight REAL NOT NULL,
        folded INTEGER NOT NULL,
        PRIMARY KEY (conversation, position)
    )
    """,
    """
    CREATE TABLE tags (
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        name TEXT NOT NULL,
        PRIMARY KEY (conversation, name)
    )
    """,
    "CREATE INDEX tags_by_name ON tags (name)",
    # The draft of a conversation that was never saved has the empty id.
    "CREATE TABLE drafts (conversation_id TEXT PRIMARY KEY, text TEXT NOT NULL, updated_at REAL NOT NULL)",
    # No foreign keys: a vote names what people can see, and goes with it by the triggers of step 5.
    """
    CREATE TABLE votes (
        key INTEGER PRIMARY KEY,
        conversation_id TEXT NOT NULL,
        prompt_id TEXT,
        is_blind INTEGER NOT NULL,
        judge TEXT,
        created_at REAL NOT NULL
    )
    """,
    """
    CREATE TABLE candidates (
        vote INTEGER NOT NULL REFERENCES votes (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        message_id TEXT NOT NULL,
        model TEXT NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (vote, position)
    )
    """,
    # The journal of requests: figures, no text.
    """
    CREATE TABLE requests (
        key INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL,
        model TEXT NOT NULL,
        created_at REAL NOT NULL,
        status TEXT NOT NULL,
        error_kind TEXT,
        finish_reason TEXT,
        input_tokens INTEGER,
        output_tokens INTEGER,
        reasoning_tokens INTEGER,
        cached_tokens INTEGER,
        usage_source TEXT,
        first_token_s REAL,
        total_s REAL,
        tokens_per_s REAL,
        cost_usd REAL
    )
    """,
    "CREATE INDEX requests_by_time ON requests (created_at)",
)

_TOKENS = "unicode61 remove_diacritics 2"
_SEARCH = (
    # The words only: the texts themselves stay where they are (https://www.sqlite.org/fts5.html, external content).
    f"""
    CREATE VIRTUAL TABLE message_words USING fts5(
        text, reasoning, content = 'messages', content_rowid = 'key', tokenize = '{_TOKENS}', prefix = '1 2 3'
    )
    """,
    f"""
    CREATE VIRTUAL TABLE title_words USING fts5(
        title, content = 'conversations', content_rowid = 'key', tokenize = '{_TOKENS}', prefix = '1 2 3'
    )
    """,
    """
    CREATE TRIGGER message_words_insert AFTER INSERT ON messages BEGIN
        INSERT INTO message_words (rowid, text, reasoning) VALUES (new.key, new.text, new.reasoning);
    END
    """,
    """
    CREATE TRIGGER message_words_delete AFTER DELETE ON messages BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning)
        VALUES ('delete', old.key, old.text, old.reasoning);
    END
    """,
    """
    CREATE TRIGGER message_words_update AFTER UPDATE OF text, reasoning ON messages BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning)
        VALUES ('delete', old.key, old.text, old.reasoning);
        INSERT INTO message_words (rowid, text, reasoning) VALUES (new.key, new.text, new.reasoning);
    END
    """,
    """
    CREATE TRIGGER title_words_insert AFTER INSERT ON conversations BEGIN
        INSERT INTO title_words (rowid, title) VALUES (new.key, new.title);
    END
    """,
    """
    CREATE TRIGGER title_words_delete AFTER DELETE ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title) VALUES ('delete', old.key, old.title);
    END
    """,
    """
    CREATE TRIGGER title_words_update AFTER UPDATE OF title ON conversations BEGIN
        INSERT INTO title_words (title_words, rowid, title) VALUES ('delete', old.key, old.title);
        INSERT INTO title_words (rowid, title) VALUES (new.key, new.title);
    END
    """,
    # The few that are pinned or deleted are found without a look at the many that are not.
    "CREATE INDEX pinned ON conversations (updated_at, id) WHERE pinned = 1",
    "CREATE INDEX deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL",
    # Which prompts have several answers, without a look at the messages themselves.
    "CREATE INDEX answers ON messages (conversation, parent_id) WHERE role = 'assistant'",
    "INSERT INTO message_words (message_words) VALUES ('rebuild')",
    "INSERT INTO title_words (title_words) VALUES ('rebuild')",
)

_INPUT_SOURCE = (
    # Some servers report the tokens of the answer and not those of the request.
    "ALTER TABLE messages ADD COLUMN input_source TEXT",
    "ALTER TABLE requests ADD COLUMN input_source TEXT",
)

_READING_PLACE = (
    # No foreign key either: a place in a message that is gone is the end of the branch.
    "ALTER TABLE panes ADD COLUMN place_message TEXT",
    "ALTER TABLE panes ADD COLUMN place_offset INTEGER",
    "ALTER TABLE panes ADD COLUMN place_above INTEGER",
)

_VOTES_GO_ALONG = (
    # Of several answers one that is deleted takes the whole vote along: what is left was never judged like that.
    "CREATE INDEX votes_by_conversation ON votes (conversation_id)",
    "CREATE INDEX candidates_by_message ON candidates (message_id)",
    """
    CREATE TRIGGER votes_delete_message AFTER DELETE ON messages BEGIN
        DELETE FROM votes WHERE key IN (SELECT vote FROM candidates WHERE message_id = old.id)
            AND conversation_id = (SELECT id FROM conversations WHERE key = old.conversation);
    END
    """,
    # By now the messages' own conversation is not to be found any more.
    """
    CREATE TRIGGER votes_delete_conversation AFTER DELETE ON conversations BEGIN
        DELETE FROM votes WHERE conversation_id = old.id;
    END
    """,
)

_NOTES = (
    # What must be known about an answer that is complete, and the tokens that a server wrote to its cache.
    "ALTER TABLE messages ADD COLUMN note TEXT",
    "ALTER TABLE messages ADD COLUMN cache_write_tokens INTEGER",
    "ALTER TABLE requests ADD COLUMN cache_write_tokens INTEGER",
)

_FIGURES = (
    "ALTER TABLE messages ADD COLUMN first_text_s REAL",
    "ALTER TABLE messages ADD COLUMN cost_source TEXT",
    "ALTER TABLE messages ADD COLUMN earlier TEXT",
    "ALTER TABLE requests ADD COLUMN first_text_s REAL",
    "ALTER TABLE requests ADD COLUMN cost_source TEXT",
    "UPDATE messages SET first_text_s = first_token_s WHERE reasoning = '' AND text <> ''",
    # Until now there was a cost only where the tokens were known.
    "UPDATE messages SET cost_source = 'reported' WHERE cost_usd IS NOT NULL",
    "UPDATE requests SET cost_source = 'reported' WHERE cost_usd IS NOT NULL",
    # Speeds of pieces that came at once, up to 20,000 tokens a second, would stay in the medians for ever.
    """
    UPDATE requests SET tokens_per_s = NULL
    WHERE output_tokens - ifnull(reasoning_tokens, 0) < 21 OR output_tokens - 1 < 0.25 * tokens_per_s
    """,
)

_RESERVATIONS = (
    # The requests that run, or are about to: known to every textchat on this file, so that two at once cannot both be
    # within a ceiling that has room for one. Each belongs to the process whose lock is its owner.
    """
    CREATE TABLE running (
        message_id TEXT PRIMARY KEY,
        owner TEXT NOT NULL,
        model TEXT NOT NULL,
        created_at REAL NOT NULL,
        is_sent INTEGER NOT NULL,
        input_tokens INTEGER NOT NULL,
        output_tokens INTEGER NOT NULL,
        input_usd REAL,
        output_usd REAL
    )
    """,
)

_VIEW = (
    # No foreign keys either: of a pane that is gone, the first one takes the place.
    "ALTER TABLE conversations ADD COLUMN active_pane TEXT",
    "ALTER TABLE conversations ADD COLUMN zoomed INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE conversations ADD COLUMN one_target INTEGER NOT NULL DEFAULT 0",
    # Prompts that wait, each with the process that will send it: who finds one without its process takes it over.
    """
    CREATE TABLE waiting (
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        pane_ids TEXT NOT NULL,
        attachments TEXT NOT NULL,
        owner TEXT NOT NULL,
        PRIMARY KEY (conversation, id)
    )
    """,
)

_WORDS = (
    # The index holds normalised words (textchat/store/search/words.py), so its triggers call functions of ours; only
    # what `word_index` says is indexed is taken out of it again.
    *(
        f"DROP TRIGGER {index}_{event}"
        for index in ("message_words", "title_words")
        for event in ("insert", "delete", "update")
    ),
    "DROP TABLE message_words",
    "DROP TABLE title_words",
    "CREATE TABLE word_index (name TEXT PRIMARY KEY, version TEXT NOT NULL, pending INTEGER NOT NULL)",
    "INSERT INTO word_index SELECT 'message_words', '', ifnull(max(key), 0) FROM messages",
    "INSERT INTO word_index SELECT 'title_words', '', ifnull(max(key), 0) FROM conversations",
    # What a program that knows nothing of this reads in place of the words: the texts themselves.
    "CREATE VIEW message_texts AS SELECT key, text, reasoning, '' AS parts FROM messages",
    "CREATE VIEW title_texts AS SELECT key, title, '' AS parts FROM conversations",
    """
    CREATE VIRTUAL TABLE message_words USING fts5(
        text, reasoning, parts, content = 'message_texts', content_rowid = 'key', tokenize = 'ascii',
        prefix = '1 2 3', columnsize = 0
    )
    """,
    """
    CREATE VIRTUAL TABLE title_words USING fts5(
        title, parts, content = 'title_texts', content_rowid = 'key', tokenize = 'ascii', prefix = '1 2 3',
        columnsize = 0
    )
    """,
    """
    CREATE TRIGGER message_words_insert AFTER INSERT ON messages
    WHEN new.key > (SELECT pending FROM word_index WHERE name = 'message_words') BEGIN
        INSERT INTO message_words (rowid, text, reasoning, parts)
        VALUES (new.key, textchat_words(new.text), textchat_words(new.reasoning),
            textchat_parts(new.text, new.reasoning));
    END
    """,
    """
    CREATE TRIGGER message_words_delete AFTER DELETE ON messages
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'message_words') BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning, parts)
        VALUES ('delete', old.key, textchat_words(old.text), textchat_words(old.reasoning),
            textchat_parts(old.text, old.reasoning));
    END
    """,
    """
    CREATE TRIGGER message_words_update AFTER UPDATE OF text, reasoning ON messages
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'message_words')
        AND (old.text <> new.text OR old.reasoning <> new.reasoning) BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning, parts)
        VALUES ('delete', old.key, textchat_words(old.text), textchat_words(old.reasoning),
            textchat_parts(old.text, old.reasoning));
        INSERT INTO message_words (rowid, text, reasoning, parts)
        VALUES (new.key, textchat_words(new.text), textchat_words(new.reasoning),
            textchat_parts(new.text, new.reasoning));
    END
    """,
    """
    CREATE TRIGGER title_words_insert AFTER INSERT ON conversations
    WHEN new.key > (SELECT pending FROM word_index WHERE name = 'title_words') BEGIN
        INSERT INTO title_words (rowid, title, parts)
        VALUES (new.key, textchat_words(new.title), textchat_parts(new.title, ''));
    END
    """,
    """
    CREATE TRIGGER title_words_delete AFTER DELETE ON conversations
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'title_words') BEGIN
        INSERT INTO title_words (title_words, rowid, title, parts)
        VALUES ('delete', old.key, textchat_words(old.title), textchat_parts(old.title, ''));
    END
    """,
    """
    CREATE TRIGGER title_words_update AFTER UPDATE OF title ON conversations
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'title_words') AND old.title <> new.title BEGIN
        INSERT INTO title_words (title_words, rowid, title, parts)
        VALUES ('delete', old.key, textchat_words(old.title), textchat_parts(old.title, ''));
        INSERT INTO title_words (rowid, title, parts)
        VALUES (new.key, textchat_words(new.title), textchat_parts(new.title, ''));
    END
    """,
    # What filters ask for, without a way past the text of each message: of 20 MB, that way is 5,000 pages long.
    "CREATE INDEX message_facts ON messages (key, conversation, role, model, status, created_at)",
)

_PARTS_SQL = """
        position INTEGER NOT NULL,
        place INTEGER NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        size INTEGER NOT NULL,
        digest TEXT NOT NULL,
        reference TEXT NOT NULL
"""
_WORDS_SQL = """
        {0}.key, textchat_words({0}.text), textchat_words({0}.reasoning || {0}.named),
        textchat_parts({0}.text, {0}.reasoning || {0}.named)
"""
_PARTS = (
    # One content in eight branches, an edit and a draft is there once. Nothing names it in a foreign key: what has no
    # name left is found by `unnamed`, at the end of a transaction that may have given it another one.
    "CREATE TABLE contents (key INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, data BLOB NOT NULL)",
    "CREATE TABLE unnamed (digest TEXT PRIMARY KEY) WITHOUT ROWID",
    # What a process has taken away and may bring back, by the lock of that process.
    "CREATE TABLE held (owner TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (owner, digest)) WITHOUT ROWID",
    "CREATE INDEX held_by_digest ON held (digest)",
    f"""
    CREATE TABLE parts (
        message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
        {_PARTS_SQL},
        PRIMARY KEY (message, position)
    )
    """,
    "ALTER TABLE waiting RENAME TO waiting_before",
    """
    CREATE TABLE waiting (
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        text TEXT NOT NULL,
        pane_ids TEXT NOT NULL,
        owner TEXT NOT NULL,
        PRIMARY KEY (conversation, id)
    )
    """,
    "INSERT INTO waiting SELECT conversation, position, id, text, pane_ids, owner FROM waiting_before",
    f"""
    CREATE TABLE waiting_parts (
        conversation INTEGER NOT NULL,
        prompt TEXT NOT NULL,
        {_PARTS_SQL},
        PRIMARY KEY (conversation, prompt, position),
        FOREIGN KEY (conversation, prompt) REFERENCES waiting (conversation, id) ON DELETE CASCADE
    )
    """,
    f"""
    CREATE TABLE draft_parts (
        draft TEXT NOT NULL REFERENCES drafts (conversation_id) ON DELETE CASCADE,
        {_PARTS_SQL},
        PRIMARY KEY (draft, position)
    )
    """,
    "INSERT OR IGNORE INTO contents (digest, data) SELECT textchat_digest(data), data FROM attachments",
    """
    INSERT INTO parts
    SELECT message, position, 0, name, media_type, length(data), textchat_digest(data), '' FROM attachments
    """,
    "DROP TABLE attachments",
    """
    CREATE TEMP TABLE waiting_files AS
    SELECT conversation, waiting_before.id, json_each.key AS position, ifnull(json_extract(value, '$[0]'), '') AS name,
        ifnull(json_extract(value, '$[1]'), '') AS media_type, textchat_unbase64(json_extract(value, '$[2]')) AS data
    FROM waiting_before, json_each(CASE WHEN json_valid(attachments) THEN attachments ELSE '[]' END)
    """,
    """
    INSERT OR IGNORE INTO contents (digest, data)
    SELECT textchat_digest(data), data FROM waiting_files WHERE data IS NOT NULL
    """,
    """
    INSERT INTO waiting_parts
    SELECT conversation, id, position, 0, name, media_type, length(data), textchat_digest(data), ''
    FROM waiting_files WHERE data IS NOT NULL
    """,
    "DROP TABLE waiting_files",
    "DROP TABLE waiting_before",
    *(f"CREATE INDEX {table}_by_digest ON {table} (digest)" for table in ("parts", "waiting_parts", "draft_parts")),
    """
    CREATE VIEW content_names AS
    SELECT digest FROM parts UNION ALL SELECT digest FROM waiting_parts UNION ALL SELECT digest FROM draft_parts
    UNION ALL SELECT digest FROM held
    """,
    *(
        f"""
        CREATE TRIGGER {table}_unnamed AFTER DELETE ON {table} BEGIN
            INSERT OR IGNORE INTO unnamed VALUES (old.digest);
        END
        """
        for table in ("parts", "waiting_parts", "draft_parts", "held")
    ),
    "ALTER TABLE messages ADD COLUMN citations TEXT",
    "ALTER TABLE messages ADD COLUMN sealed TEXT",
    "ALTER TABLE messages ADD COLUMN structure TEXT",
    # The names of the parts and the titles of the sources, a line each and the first one empty: what is found by them.
    # What was there before has none, for its words left the index as they came.
    "ALTER TABLE messages ADD COLUMN named TEXT NOT NULL DEFAULT ''",
    *(f"DROP TRIGGER message_words_{event}" for event in ("insert", "delete", "update")),
    f"""
    CREATE TRIGGER message_words_insert AFTER INSERT ON messages
    WHEN new.key > (SELECT pending FROM word_index WHERE name = 'message_words') BEGIN
        INSERT INTO message_words (rowid, text, reasoning, parts) VALUES ({_WORDS_SQL.format("new")});
    END
    """,
    f"""
    CREATE TRIGGER message_words_delete AFTER DELETE ON messages
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'message_words') BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning, parts)
        VALUES ('delete', {_WORDS_SQL.format("old")});
    END
    """,
    f"""
    CREATE TRIGGER message_words_update AFTER UPDATE OF text, reasoning, named ON messages
    WHEN old.key > (SELECT pending FROM word_index WHERE name = 'message_words')
        AND (old.text <> new.text OR old.reasoning <> new.reasoning OR old.named <> new.named) BEGIN
        INSERT INTO message_words (message_words, rowid, text, reasoning, parts)
        VALUES ('delete', {_WORDS_SQL.format("old")});
        INSERT INTO message_words (rowid, text, reasoning, parts) VALUES ({_WORDS_SQL.format("new")});
    END
    """,
    # Like tool calls: as they are in the last one that has them.
    "ALTER TABLE chunks ADD COLUMN citations TEXT",
    "ALTER TABLE chunks ADD COLUMN sealed TEXT",
)

_LONG_CONVERSATIONS = (
    # Of a summary, what it stands for; of a pane, where what it sends begins. No foreign keys: each may be deleted.
    "ALTER TABLE messages ADD COLUMN covers TEXT",
    "ALTER TABLE panes ADD COLUMN sent_from TEXT",
)

_PERSONAS = (
    # What the pane was given, whatever the file of that name says by now.
    "ALTER TABLE panes ADD COLUMN persona TEXT",
)

_CHOOSING = (
    "ALTER TABLE candidates ADD COLUMN rank INTEGER",
    "ALTER TABLE candidates ADD COLUMN names_itself INTEGER NOT NULL DEFAULT 0",
    # What a model judged by; of the user's votes nothing.
    "ALTER TABLE votes ADD COLUMN criterion TEXT",
    # While its panes are compared without their names: which pane has which letter.
    "ALTER TABLE conversations ADD COLUMN blind TEXT",
    # What is hidden of a message or a pane meanwhile, as `store.blind` seals it; the row has letters in its place.
    "ALTER TABLE messages ADD COLUMN seal TEXT",
    "ALTER TABLE panes ADD COLUMN seal TEXT",
    # Of a merge, how it was made and out of which answers.
    "ALTER TABLE messages ADD COLUMN merged TEXT",
    # When each piece of an answer came, for a replay alone.
    """
    CREATE TABLE timelines (
        message INTEGER PRIMARY KEY REFERENCES messages (key) ON DELETE CASCADE,
        data BLOB NOT NULL
    )
    """,
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _TREE,
    _SEARCH,
    _INPUT_SOURCE,
    _READING_PLACE,
    _VOTES_GO_ALONG,
    _NOTES,
    (*_FIGURES, *_RESERVATIONS, *_VIEW),
    _WORDS,
    _PARTS,
    (*_LONG_CONVERSATIONS, *_PERSONAS),
    _CHOOSING,
)
"""The statements of each step, the first one making version 1."""
