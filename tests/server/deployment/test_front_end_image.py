"""The steps of web/Dockerfile, each stage in a root with this system's Node or nginx, make what the compose file runs.

The images of the Dockerfile are Alpine's; there are none here, so that what these prove is the steps, not the versions.
"""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import override

import pytest

from scripts.lib.home_assistant import ROOT
from tests.server.deployment.dockerfile import CACHE, Build, Stage, Tools, as_root, run_script, use_folder

pytestmark = pytest.mark.long
ARGUMENTS = {
    "VITE_API_BASE_URL": "/electric/api",
    "VITE_APP_NAME": "Chez nous",
    "VITE_TURNSTILE_SITE_KEY": "0x4AAA-of-a-test",
    "VITE_DEBUG": "true",
    "FRAME_ANCESTORS": "https://home.example.org:8123",
}
TEMPORARY = "/tmp"  # noqa: S108 - as in the compose file
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class WebBuild(Build):
    """The front end's: this system's /usr is that of each stage."""

    @override
    def _from(self, image: str, _: str = "AS", name: str = "") -> Stage:
        assert image.startswith(("node:", "nginx:")), image
        stage = Stage(self.folder / f"stage{len(self.stages)}")
        self.stages[name] = stage
        run_script(f"""
            mkdir -p {stage.root}/{{usr,etc,proc,dev,root}}
            install -d -m 1777 {stage.root}{TEMPORARY}
            for name in bin sbin lib lib64; do ln -s usr/$name {stage.root}/$name; done
            cp -a /etc/passwd /etc/group /etc/hosts /etc/resolv.conf /etc/ssl /etc/nginx {stage.root}/etc
            rm -r {stage.root}/etc/nginx/nginx.conf
        """)
        return stage

    @override
    def _run(self, stage: Stage, said: str) -> None:
        mounts = f"mount --bind /usr {stage.root}/usr; mount --rbind /dev {stage.root}/dev; "
        for target in CACHE.findall(said):
            mounts += f"mkdir -p {stage.find_path(target)}; mount --bind {self.tools.cache} {stage.find_path(target)}; "
        line = f"cd {stage.workdir} && {CACHE.sub('', said)}"
        environment = stage.environment(HOME="/root", npm_config_cafile=CERTIFICATES)
        run_script(f"{mounts}{environment} chroot {stage.root} /bin/sh -c {shlex.quote(line)}")

    def _arg(self, stage: Stage, said: str) -> None:
        name, _, default = said.partition("=")
        stage.env[name] = ARGUMENTS.get(name, default)

    def _entrypoint(self, stage: Stage, said: str) -> None:
        self._cmd(stage, said)

    @override
    def _cmd(self, stage: Stage, said: str) -> None:
        before = stage.command
        super()._cmd(stage, said)
        stage.command = [*before, *stage.command]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    # as .dockerignore has it: what is in the repository, without the tests
    listed = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=ROOT / "web", check=True, capture_output=True, text=True
    )
    with use_folder(tmp_path_factory.mktemp("front-end-image")) as folder:
        context, cache = folder / "context", folder / "npm"
        cache.mkdir()
        for name in filter(None, listed.stdout.split("\0")):
            if not name.startswith("tests/"):
                (context / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / "web" / name, context / name)
        yield WebBuild(context, folder, Tools(base=Path("/"), uv=Path(), cache=cache)).last_stage()


def text_of(image: Stage, pattern: str) -> str:
    return "\n".join(path.read_text() for path in sorted((image.root / "srv/web").glob(pattern)))


def test_each_build_argument_is_used(image: Stage) -> None:
    scripts = text_of(image, "assets/*.js")
    assert "<title>Chez nous</title>" in text_of(image, "index.html")
    assert "/electric/api" in scripts
    assert ARGUMENTS["VITE_TURNSTILE_SITE_KEY"] in scripts
    assert "console.debug" in scripts
    policy = (image.root / "etc/nginx/policy.conf").read_text()
    assert "script-src 'self' https://challenges.cloudflare.com;" in policy
    assert "frame-ancestors https://home.example.org:8123" in policy


def test_it_serves_as_nobody_on_a_root_that_is_read_only(image: Stage) -> None:
    user, _, group = image.user.partition(":")
    assert user not in {"0", "root", ""}
    rights = f"setpriv --reuid {user} --regid {group} --clear-groups --bounding-set=-all --no-new-privs"
    health, command = shlex.join(image.health), shlex.join(image.command)
    page = "wget -q -S -U Firefox -O - 'http://127.0.0.1/overview?meter=of-somebody'"
    script = f"""
        ip link set lo up
        mount --bind {image.root} {image.root}
        mount --bind /usr {image.root}/usr
        mount --rbind /dev {image.root}/dev
        mount -t proc proc {image.root}/proc
        # as the compose file has it
        echo 80 >{image.root}/proc/sys/net/ipv4/ip_unprivileged_port_start
        mount -o remount,bind,ro {image.root}
        mount -t tmpfs tmpfs {image.root}{TEMPORARY}
        run() {{ chroot {image.root} {rights} env -i PATH=/usr/sbin:/usr/bin "$@"; }}
        run sh -c 'exec "$@" >{TEMPORARY}/log 2>&1' sh {command} &
        for try in $(seq 300); do
          run {health} && break
          kill -0 $! && sleep 0.1
        done
        run {health}
        run sh -c 'id -u; touch /srv/web/x /etc/nginx/x' 2>/dev/null || echo read-only
        run {page} 2>&1
        kill $!
        wait $! || echo "ended by $?"
        cat {image.root}{TEMPORARY}/log
    """
    done = as_root(dedent(script), "--net", "--pid", "--fork", "--kill-child")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert done.stdout.split("\n")[:2] == [user, "read-only"]
    assert "<title>Chez nous</title>" in done.stdout
    assert "frame-ancestors https://home.example.org:8123" in done.stdout
    assert " GET /index.html 200 " in done.stdout, "docker compose logs -f frontend"
    assert "of-somebody" not in done.stdout
    assert "127.0.0.1 " not in done.stdout.partition(" GET ")[2]
