"""``python -m train.study``."""

from train.study.run import main

if __name__ == "__main__":
    main()
