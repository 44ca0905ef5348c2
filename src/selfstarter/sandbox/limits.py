"""What a sandboxed program may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SandboxLimits:
    memory_mb: int = 2048
    """Resident memory of all processes together. One alone gets a MemoryError at this size."""
    processes: int = 128
    """Exact for an ordinary user; for root the supervisor counts (decision 002)."""
    open_files: int = 256
    """Of one process."""
    file_mb: int = 512
    """Largest single file."""
    growth_mb: int = 512
    """How much a program may add to the workspace."""
    growth_files: int = 50_000
    """How many files a program may add to the workspace."""
    tmp_mb: int = 128
    """The private /tmp."""
    tmp_files: int = 50_000
    """How many files it may have there, and in the private /dev/shm."""
    shm_mb: int = 64
    """The private /dev/shm."""
    output_bytes: int = 64 << 10
    """Kept of the output; the middle of what is longer is cut."""
    flood_bytes: int = 256 << 20
    """Output that ends the program."""
