"""The command `python -m solutions.translate`, from `solutions.translator.translate`."""

from solutions.translator.translate import main

if __name__ == "__main__":
    main()
