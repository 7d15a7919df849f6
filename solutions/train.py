"""The command `python -m solutions.train`, from `solutions.translator.train_command`."""

from solutions.translator.train_command import main

if __name__ == "__main__":
    main()
