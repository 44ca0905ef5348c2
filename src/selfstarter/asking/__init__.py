"""The one way to a model: what it is shown, how it is asked, how its reply is read."""
