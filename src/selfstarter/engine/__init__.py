"""Who pursues which run, and when."""
