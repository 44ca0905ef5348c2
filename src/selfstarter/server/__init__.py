"""HTTP: the API of UI.md 8.3 and the web page. A projection of the journal, like every door."""
