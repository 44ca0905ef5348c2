"""`python -m selfstarter` is the command line."""

from selfstarter.cli import main

if __name__ == "__main__":
    main()
