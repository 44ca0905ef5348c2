"""The schema, one step a release; a step is never changed once it has shipped."""

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE events(
        run_id TEXT NOT NULL,
        seq    INTEGER NOT NULL,
        at     REAL NOT NULL,
        kind   TEXT NOT NULL,
        body   TEXT NOT NULL,
        PRIMARY KEY (run_id, seq)
    ) WITHOUT ROWID;
    CREATE INDEX events_by_kind ON events(kind, at);
    CREATE TABLE commands(
        id     INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id TEXT NOT NULL,
        at     REAL NOT NULL,
        kind   TEXT NOT NULL,
        text   TEXT NOT NULL DEFAULT ''
    );
    CREATE INDEX commands_by_run ON commands(run_id, id);
    """,
)
