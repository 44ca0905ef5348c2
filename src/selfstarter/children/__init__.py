"""Runs of a run: their own journal and a part of its budget."""
