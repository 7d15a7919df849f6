"""The command `python -m solutions.evaluate`, from `solutions.translator.evaluate`."""

from solutions.translator.evaluate import main

if __name__ == "__main__":
    main()
