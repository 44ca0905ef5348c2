"""Does the memory help? Two runs one after the other, with it and without it."""
