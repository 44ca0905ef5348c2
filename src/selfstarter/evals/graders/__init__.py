"""What graders are made of: strict about what a goal says, fair about what it leaves open."""
