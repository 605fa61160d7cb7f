"""``python -m synthassay``."""

from synthassay.cli import main

if __name__ == "__main__":
    main()
