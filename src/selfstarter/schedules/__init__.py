"""Goals that are pursued again and again: when each is due, and the table in which they last."""
