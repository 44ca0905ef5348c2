"""The tables of the memory, one step a release; a step is never changed once it has shipped.

They lie in the journal's own file, beside its tables and with a version of their own.
"""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE memory(
        key           INTEGER PRIMARY KEY AUTOINCREMENT,
        id            TEXT NOT NULL UNIQUE,
        kind          TEXT NOT NULL,
        text          TEXT NOT NULL,
        run_id        TEXT NOT NULL,
        seq           INTEGER NOT NULL,
        at            REAL NOT NULL,
        source        TEXT NOT NULL,
        sha256        TEXT NOT NULL,
        trusted       INTEGER NOT NULL,
        importance    REAL NOT NULL,
        uses          INTEGER NOT NULL,
        helped        INTEGER NOT NULL,
        superseded_by TEXT NOT NULL
    );
    CREATE INDEX memory_by_run ON memory(run_id, seq, key);
    CREATE TABLE memory_model(
        model     INTEGER PRIMARY KEY AUTOINCREMENT,
        name      TEXT NOT NULL,
        dimension INTEGER NOT NULL
    );
    CREATE TABLE memory_vector(
        place  INTEGER PRIMARY KEY AUTOINCREMENT,
        key    INTEGER NOT NULL UNIQUE,
        model  INTEGER NOT NULL,
        vector BLOB NOT NULL
    );
    CREATE VIRTUAL TABLE memory_text USING fts5(
        text, content = 'memory', content_rowid = 'key', tokenize = 'porter unicode61'
    );
    INSERT INTO memory_text(memory_text, rank) VALUES('secure-delete', 1);
    CREATE VIRTUAL TABLE memory_words USING fts5vocab(memory_text, row);
    CREATE TRIGGER memory_added AFTER INSERT ON memory BEGIN
        INSERT INTO memory_text(rowid, text) VALUES (new.key, new.text);
    END;
    CREATE TRIGGER memory_forgotten AFTER DELETE ON memory BEGIN
        INSERT INTO memory_text(memory_text, rowid, text) VALUES ('delete', old.key, old.text);
        DELETE FROM memory_vector WHERE key = old.key;
    END;
    CREATE TABLE memory_graph(
        made       INTEGER PRIMARY KEY AUTOINCREMENT,
        model      INTEGER NOT NULL,
        place      INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        bytes      INTEGER NOT NULL,
        crc        INTEGER NOT NULL
    );
    INSERT INTO memory_meta(name, value) VALUES ('generation', 0);
    """,
    """
    CREATE TABLE memory_filed(run_id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE memory_gone(id TEXT PRIMARY KEY) WITHOUT ROWID;
    """,
    """
    ALTER TABLE memory ADD COLUMN used_at REAL NOT NULL DEFAULT 0;
    """,
)
