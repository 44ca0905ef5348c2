"""What a program prints, in bounded memory."""

from selfstarter.sandbox.limits import SandboxLimits


class Output:
    """The beginning and the end of what comes."""

    def __init__(self, limits: SandboxLimits) -> None:
        self.half = limits.output_bytes // 2
        self.most = limits.flood_bytes
        self.head, self.tail = bytearray(), bytearray()
        self.total = 0

    def add(self, block: bytes) -> None:
        self.total += len(block)
        room = self.half - len(self.head)
        self.head += block[:room]
        self.tail += block[room:]
        if len(self.tail) > 4 * self.half:
            del self.tail[: -self.half]

    @property
    def flooded(self) -> str:
        """Why the program must be ended, empty while it may go on."""
        return f"output {self.total >> 20} MB" if self.total > self.most else ""

    def text(self) -> str:
        """What is not UTF-8 is replaced; where the middle was cut, it says how much."""
        tail = self.tail[-self.half :]
        cut = self.total - len(self.head) - len(tail)
        middle = f"\n[… {cut:,} bytes cut …]\n".encode() if cut else b""
        return bytes(self.head + middle + tail).decode("utf-8", "replace")
