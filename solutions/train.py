"""The command `python -m solutions.train`, from `solutions.translator.train`."""

from solutions.translator.train import main

if __name__ == "__main__":
    main()
