"""Python cells inside the sandbox: names live on between them.

Runs as a script, standard library only. In: one JSON line per cell, with a nonce. Out: whatever
the cell prints, then NUL nonce NUL and three digits of status. What a cell prints can thus not be
taken for its end. (Code that searches this process for the nonce can only lie about itself.)
"""

import ast
import contextlib
import json
import linecache
import os
import signal
import sys
import traceback
import types

INTERRUPTED = 130
LIBRARIES = (sys.prefix, sys.base_prefix)


def main() -> None:
    asked, told = os.fdopen(os.dup(0), "rb"), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.environ["PWD"])
    home = types.ModuleType("__main__")  # so that what a cell defines can be pickled
    sys.modules["__main__"] = home
    me, number = os.getpid(), 0
    for line in asked:
        cell, number = json.loads(line), number + 1
        status = interruptible(cell["code"], home, f"<cell {number}>")
        if os.getpid() != me:
            os._exit(status & 0xFF)  # a child that the cell forked has come to the cell's end
        end = f"\0{cell['nonce']}\0{status & 0xFF:03d}".encode()
        while end:
            end = end[os.write(told, end) :]


def interruptible(code: str, home: types.ModuleType, name: str) -> int:
    """SIGINT reaches the cell and never this file's own work."""
    status = INTERRUPTED
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        status = run(code, home, name)
        flush()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        flush()
    return status


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def run(code: str, home: types.ModuleType, name: str) -> int:
    """The value of a last line that is an expression is shown, as a REPL does."""
    names = home.__dict__
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        tree = ast.parse(code, name)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body.pop()
        exec(compile(tree, name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), names)
            if value is not None:
                print(repr(value))
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        show(error)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
    return 0


def show(error: BaseException) -> None:
    """A traceback of the cell's own lines: those of this file and of libraries would bury them."""
    own = error.__traceback__
    while own is not None and own.tb_frame.f_code.co_filename == __file__:
        own = own.tb_next
    said = traceback.TracebackException(type(error), error, own)
    near = [frame for frame in said.stack if not frame.filename.startswith(LIBRARIES)]
    said.stack = traceback.StackSummary.from_list(near)
    with contextlib.suppress(OSError, ValueError):
        print("".join(said.format(chain=False)), end="", file=sys.stderr)


if __name__ == "__main__":
    main()
