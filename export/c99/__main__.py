"""``python -m export.c99``."""

from export.c99.run import main

if __name__ == "__main__":
    main()
