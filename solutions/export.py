"""The command `python -m solutions.export`, from `solutions.translator.export_command`."""

from solutions.translator.export_command import main

if __name__ == "__main__":
    main()
