"""Whether what was done is what was wanted: by what is there, and never by what is claimed."""
