"""The Dockerfile's steps, taken in a root of debootstrap's, make what the compose file runs, as confined as it says."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM
from textwrap import dedent

import pytest

from tests.server.deployment.dockerfile import Build, Stage, Tools, as_root, use_folder

pytestmark = pytest.mark.long
TEMPORARY = ["/tmp"]  # noqa: S108 - as in the compose file
SERVER = Path(__file__).parents[3] / "server"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with use_folder(tmp_path_factory.mktemp("image")) as folder:
        yield Build(SERVER, folder, Tools.find()).last_stage()


def run_in_image(image: Stage, data: Path, script: str) -> str:
    """Run a script as compose runs the image: read-only, no rights, no network but its own; return what was said.

    $RUN begins a line that the image's user runs.
    """
    user, _, group = image.user.partition(":")
    rights = f"setpriv --reuid {user} --regid {group} --clear-groups --bounding-set=-all --no-new-privs"
    [volume] = image.volumes
    environment = image.environment(SECRET_KEY="x" * 40, ENEDIS_ENVIRONMENT="simulator")
    prepared = f"""
        ip link set lo up
        mount --bind {image.root} {image.root}
        mount -o remount,bind,ro {image.root}
        mount -t proc proc {image.root}/proc
        for folder in {shlex.join(TEMPORARY)}; do mount -t tmpfs tmpfs {image.root}$folder; done
        mount --bind {data} {image.root}{volume}
        run() {{ chroot {image.root} {rights} {environment} "$@"; }}
        cd {image.root}{image.workdir}
    """
    done = as_root(dedent(prepared) + dedent(script), "--net", "--pid", "--fork", "--kill-child")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture
def data(image: Stage, tmp_path: Path) -> Path:
    """The volume, as Docker makes it: what the image has there, with its owner."""
    as_root(f"cp -a {image.root}{image.volumes[0]} {tmp_path}/data")
    return tmp_path / "data"


def test_it_serves_as_nobody_on_a_root_that_is_read_only(image: Stage, data: Path) -> None:
    assert image.user not in {"0", "0:0", "root"}
    health, command = shlex.join(image.health), shlex.join(image.command)
    said = run_in_image(
        image,
        data,
        f"""
        run sh -c 'cd {image.workdir} && exec "$@"' sh {command} 2>/tmp/$$.log &
        trap 'cat /tmp/$$.log >&2; rm /tmp/$$.log' EXIT
        for try in $(seq 300); do
          run {health} 2>/dev/null && break
          kill -0 $! && sleep 0.1
        done
        run {health}
        run sh -c 'id -u; touch /app/x /etc/x' 2>/dev/null || echo read-only
        kill $!
        wait $! || echo "ended by $?"
        """,
    )
    assert said.split("\n")[:3] == [image.user.partition(":")[0], "read-only", f"ended by {128 + SIGTERM}"]
    kept = {path.name: path.stat() for path in data.iterdir()}
    assert {"myelectricaldata.db", "myelectricaldata.keys"} <= set(kept)
    assert kept["myelectricaldata.keys"].st_mode & 0o777 == 0o600


_UNCOMPILED = """
import importlib.util, os, sys
import gateway.cli
files = [module.__spec__.cached for module in list(sys.modules.values()) if getattr(module, "__spec__", None)]
print([file for file in files if file and not os.path.exists(file)])
"""


def test_nothing_has_to_be_compiled_at_a_start(image: Stage, data: Path) -> None:
    assert run_in_image(image, data, f"run python -c {shlex.quote(_UNCOMPILED)}").strip() == "[]"


_TEXTS = "import gateway.app, sqlalchemy; print(sqlalchemy.select.__doc__, gateway.app.create_app.__doc__)"


def test_what_people_read_is_kept_of_the_gateway_alone(image: Stage, data: Path) -> None:
    assert run_in_image(image, data, f"run python -c {shlex.quote(_TEXTS)}").startswith("None Build the application")


def test_its_commands_are_at_hand(image: Stage, data: Path) -> None:
    assert "backup" in run_in_image(image, data, "run gateway --help")
