"""``python -m export.card``."""

from export.card.run import main

if __name__ == "__main__":
    main()
