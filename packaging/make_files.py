"""Makes the files of the package that follow from the program: make_files.py PROGRAM FOLDER.

They are the man pages, the completion for bash and the configuration file.
"""

import gzip
import pathlib
import shutil
import sys

from bash_completion import bash_completion
from help_text import ask, read
from man_page import man_page, name_of


def main(program, folder):
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "man").mkdir(parents=True)
    helps = read(program)
    version = ask(program, "--version").strip()
    names = [name_of(help) for help in helps]
    for help, name in zip(helps, names):
        text = man_page(help, version, names).encode()
        (folder / "man" / f"{name}.1.gz").write_bytes(gzip.compress(text, mtime=0))
    (folder / "completion").write_text(bash_completion(helps))
    (folder / "atrium.toml").write_text(ask(program, "default-config"))


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
