"""The command `python -m solutions.translate`, from `solutions.translator.translate_command`."""

from solutions.translator.translate_command import main

if __name__ == "__main__":
    main()
