"""``python -m cofactor``: the command line."""

from cofactor.faces.cli import main

if __name__ == "__main__":
    main(prog_name="cofactor")
