"""What runs do, told to whoever watches many programs at once."""
