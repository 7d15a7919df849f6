"""The command `python -m solutions.evaluate`, from `solutions.translator.evaluate_command`."""

from solutions.translator.evaluate_command import main

if __name__ == "__main__":
    main()
