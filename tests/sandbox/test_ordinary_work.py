"""What people's programs do every day still works inside."""

import shutil
import sys

import pytest
from sandbox_parts import Box

ORDINARY = {
    "git": """
        git init -q . && echo a > a && git add a && git commit -qm one && git branch side
        git checkout -q side && echo b >> a && git commit -qam two && git checkout -q - 2>&1
        git merge -q side && git log --oneline | wc -l && git stash list && git diff HEAD~1 --stat
        git clone -q . copy && git -C copy log --oneline | wc -l && git status --short""",
    "tar": """
        mkdir -p d/e && echo text > d/e/f && chmod 750 d/e/f && ln -s f d/e/link
        tar czf d.tgz d && rm -r d && tar xzf d.tgz && cat d/e/link && test -x d/e/f
        tar cf - d | tar tf - | wc -l""",
    "python3": """
        {python} -m venv --without-pip env && env/bin/python -c 'import sys; print(sys.prefix)'
        {python} - <<'END'
import asyncio, concurrent.futures, sqlite3, subprocess, tempfile, zipfile
async def talk():
    async def answer(reader, writer):
        writer.write(await reader.readline()); await writer.drain(); writer.close()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"hello\\n"); assert await reader.readline() == b"hello\\n"
    child = await asyncio.create_subprocess_exec("echo", "x", stdout=subprocess.PIPE)
    assert (await child.communicate())[0] == b"x\\n"
asyncio.run(talk())
db = sqlite3.connect("a.db"); db.execute("pragma journal_mode=wal")
db.execute("create table t (x)")
db.executemany("insert into t values (?)", [(n,) for n in range(999)])
db.commit(); assert db.execute("select sum(x) from t").fetchone() == (498501,)
with concurrent.futures.ProcessPoolExecutor(2) as pool:
    assert sum(pool.map(abs, range(-9, 0))) == 45
with zipfile.ZipFile("z.zip", "w") as archive: archive.write("a.db")
print("all of it")
END""",
    "node": """
        node -e 'require("fs").writeFileSync("x", "1"); const http = require("http");
        const server = http.createServer((asked, answer) => answer.end("ok"));
        server.listen(0, "127.0.0.1", () => http.get({port: server.address().port}, said => {
        said.on("data", d => console.log(String(d))); said.on("end", () => server.close()) }))'""",
    "sqlite3": "sqlite3 b.db 'create table t(x); insert into t values(7); select x from t'",
    "make": "printf 'all: b\\nb: a\\n\\tcp a b\\n' > Makefile && touch a && make -s && test -f b",
    "gcc": "printf 'int main(){return 7;}' > m.c && gcc m.c -o m && (./m || test $? -eq 7)",
    "bash": """
        set -o pipefail; seq 1 9 | sort -rn | head -1; (sleep 0.1; echo late) & wait
        mktemp; find . -name x -print0 | xargs -0 -r ls
        diff <(echo a) <(echo a); date; sed --version""",
}  # fmt: skip


@pytest.mark.parametrize("program", ORDINARY)
def test_ordinary_work_is_done(box: Box, program: str) -> None:
    if program != "python3" and shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    told = ORDINARY[program].replace("{python}", sys.executable)
    ran = box.run("bash", "-ec", told, timeout_s=90)
    assert (ran.status, ran.stopped) == (0, ""), ran.output


def test_processes_of_multiprocessing_share_memory(box: Box) -> None:
    (box.workspace / "shared.py").write_text(
        "import multiprocessing as m\n"
        "from multiprocessing.shared_memory import SharedMemory\n"
        "def add(queue, lock, total):\n"
        "    with lock: total.value += queue.get()\n"
        "if __name__ == '__main__':\n"
        "    for way in ('fork', 'spawn', 'forkserver'):\n"
        "        c = m.get_context(way); q, lock, total = c.Queue(), c.Lock(), c.Value('i', 0)\n"
        "        ran = [c.Process(target=add, args=(q, lock, total)) for _ in range(2)]\n"
        "        [p.start() for p in ran]; [q.put(n) for n in (3, 4)]; [p.join() for p in ran]\n"
        "        assert total.value == 7, way\n"
        "    s = SharedMemory(create=True, size=1000); s.buf[0] = 1; s.close(); s.unlink()\n"
        "    with m.Manager() as manager: assert manager.dict(a=1)['a'] == 1\n"
    )
    ran = box.run(sys.executable, "shared.py", timeout_s=90)
    assert (ran.status, ran.stopped) == (0, ""), ran.output
