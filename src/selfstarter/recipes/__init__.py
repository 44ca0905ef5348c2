"""Goals that come ready to use, with parameters and checks, as files of data."""
