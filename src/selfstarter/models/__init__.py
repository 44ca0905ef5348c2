"""Ways to reach a model: one file per way, and `scripted` for tests and demos."""
