"""How well and how fast the long-term memory recalls: `make bench-memory`."""
