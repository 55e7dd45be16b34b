"""Serve the gallery until told to stop. People call `python -m local up` instead."""

import argparse
import signal
import sys
from pathlib import Path

from local.gallery.server import Gallery


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.gallery", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--dist", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Gallery(options.home, options.dist, options.port).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
