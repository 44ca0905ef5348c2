"""What each part brings: the same tasks with one part of the agent taken out."""
