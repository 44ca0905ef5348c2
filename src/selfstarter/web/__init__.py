"""The web: pages by a guarded fetch, searches by one of several engines, all of it captured."""
