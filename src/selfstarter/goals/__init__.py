"""What a goal says in so many words, and what follows from it without a model."""
