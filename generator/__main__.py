"""`python -m generator`: the same as the command `communique`."""

import sys

from .cli import main

if __name__ == "__main__":
    sys.exit(main())
