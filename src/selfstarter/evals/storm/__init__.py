"""`kill -9` at random moments: see `command.py`."""
