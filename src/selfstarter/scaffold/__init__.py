"""What the harness writes for a small model, so that it only fills in what it can."""
