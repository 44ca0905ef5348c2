"""Public sets of tasks, read from where a person has put them; nothing of them is in this house."""
