"""The tasks that prompts and moves may be tuned on."""
