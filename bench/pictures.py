"""`make pictures`: draw every state of the door at every size, both ways of type, in the appliance's own terminal.

    make pictures STATES=free,in-use SIZES=800x480 WAYS=pixels
    python -m bench.pictures --states free,in-use --sizes 800x480 --ways pixels,octants --into DIR
    python -m bench.pictures --readme

Nothing is left behind: mounts and processes live in namespaces of their own that end with this command.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

from bench.glass.gallery import Job, names
from bench.glass.tool_root import NoToolRoot, tool_root
from device.model.value import encode

SIZES = ("800x480", "720x1280", "1280x720", "1280x800", "1920x1080")
WAYS = ("pixels", "octants", "sextants", "blocks", "plain")
"""How type is drawn: as images, in cells of ever fewer dots, as letters."""
_REPOSITORY = Path(__file__).resolve().parents[1]
_README = (
    *((state, "800x480", "pixels") for state in ("in-use", "free", "starting", "check-in", "unknown", "closed")),
    *((f"language-{tag}", "800x480", "pixels") for tag in ("ja", "ar")),
    ("in-use", "800x480", "octants"),
    ("free", "720x1280", "pixels"),
)
"""The few that the README shows; they lie in `docs/pictures`."""
_INSIDE = """
set -e
mount --make-rprivate /
mount --rbind /dev "$ROOT/dev"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs tmpfs "$ROOT/mnt"
mkdir -p "$ROOT/mnt/doorlight" "$ROOT/mnt/libraries" "$ROOT/mnt/pictures"
mount --bind "$REPOSITORY" "$ROOT/mnt/doorlight"
mount -o remount,bind,ro "$ROOT/mnt/doorlight"
mount --bind "$LIBRARIES" "$ROOT/mnt/libraries"
mount --bind "$INTO" "$ROOT/mnt/pictures"
exec chroot "$ROOT" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/mnt TMPDIR=/mnt LANG=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/mnt/doorlight:/mnt/libraries sh -c 'cd /mnt && exec python3 -m bench.glass.draw'
"""


def main(arguments: list[str]) -> int:
    """Draw what was asked for; the exit code says whether all of it was drawn."""
    wanted = _parse(arguments)
    try:
        root, libraries = tool_root()
    except NoToolRoot as reason:
        print(reason, file=sys.stderr)
        return 2
    into = _REPOSITORY / "docs" / "pictures" if wanted.readme else Path(wanted.into).resolve()
    into.mkdir(parents=True, exist_ok=True)
    chosen = _README if wanted.readme else product(wanted.states, wanted.sizes, wanted.ways)
    jobs = [_job(*choice) for choice in chosen]
    print(f"{len(jobs)} pictures into {into}", file=sys.stderr)
    return _draw({"ROOT": root, "LIBRARIES": libraries, "REPOSITORY": _REPOSITORY, "INTO": into}, jobs)


def _job(state: str, size: str, way: str) -> Job:
    width, height = map(int, size.split("x"))
    return Job(scene=state, way=way, width=width, height=height, into="/mnt/pictures")


def _draw(places: dict[str, Path], jobs: list[Job]) -> int:
    """Enter the root in mount and process namespaces that vanish with the command."""
    try:
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", _INSIDE],
            env=os.environ | {name: str(place) for name, place in places.items()},
            input=b"".join(encode(job) + b"\n" for job in jobs),
            check=False,
        )
    except KeyboardInterrupt:
        return 130
    return done.returncode


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description="Draw the door in a real terminal.")
    for option, known, usual in (("states", names(), names()), ("sizes", SIZES, SIZES), ("ways", WAYS, WAYS[:2])):
        asked = os.environ.get(option.upper()) or ",".join(usual)
        kind, help_text = _list_of(known), f"of: {', '.join(known)}"
        parser.add_argument(f"--{option}", type=kind, default=asked, metavar="A,B", help=help_text)
    parser.add_argument("--readme", action="store_true", help="draw the README's few into docs/pictures instead")
    parser.add_argument("--into", default=str(_REPOSITORY / "build" / "pictures"), help="folder; default %(default)s")
    return parser.parse_args(arguments)


def _list_of(known: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    def chosen(text: str) -> tuple[str, ...]:
        asked = tuple(text.split(","))
        unknown = [each for each in asked if each not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}; there are {', '.join(known)}")
        return asked

    return chosen


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
