"""Whether what was done is what was wanted: by running things, and never by what is claimed."""
