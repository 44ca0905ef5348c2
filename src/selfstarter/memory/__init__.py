"""Long-term memory: what runs learnt, found by meaning."""
