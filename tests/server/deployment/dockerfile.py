"""What a Dockerfile says, done without Docker: each stage in a root of its own, each step by chroot, as root."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
_LINE_GOES_ON = re.compile(r"\\\n")
CACHE = re.compile(r"--mount=type=cache,target=(\S+)\s+")
_WAY_OUT = ("SSL_CERT_FILE", "HTTPS_PROXY", "NO_PROXY")


@dataclass
class Stage:
    """A root, and how programs run in it."""

    root: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"})
    workdir: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)

    def find_path(self, path: str) -> Path:
        """Return a path of the stage as the machine has it."""
        return self.root / os.path.normpath(os.path.join(self.workdir, path)).lstrip("/")  # noqa: PTH118 - of another root

    def environment(self, **more: str) -> str:
        """Return the beginning of a shell's line that sets the environment, and nothing else."""
        return "env -i " + " ".join(f"{name}={shlex.quote(value)}" for name, value in (self.env | more).items())


def as_root(script: str, *namespaces: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script whose mounts nobody else sees."""
    command = [*AS_ROOT, "unshare", "--mount", *namespaces, "bash", "-euc", script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def run_script(script: str) -> None:
    """Run a shell script that has to succeed."""
    done = as_root(script)
    assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"


@contextmanager
def use_folder(folder: Path) -> Iterator[Path]:
    """Use a folder for stages, and remove it at the end with what root has written there."""
    try:
        yield folder
    finally:
        run_script(f"rm -rf {folder}")


@dataclass(frozen=True)
class Tools:
    """What stands for images that are not built here: `base` for Python's, `uv` for uv's; and the cache of uv."""

    base: Path
    uv: Path
    cache: Path

    @classmethod
    def find(cls) -> Tools:
        """Find those of this machine."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        base = home / "my-electrical-data/image-base"
        assert base.exists(), "the image's base is not there: scripts/test --all makes it"
        uv, cache = shutil.which("uv"), Path(os.environ.get("UV_CACHE_DIR") or home / "uv")
        assert uv is not None
        cache.mkdir(exist_ok=True)
        return cls(base, Path(uv).resolve(), cache)


@dataclass
class Build:
    """The steps of the Dockerfile in `context`, taken in `folder`.

    `stages` are by name; one that is given, such as a stage that needs an image of another system, is not built.
    """

    context: Path
    folder: Path
    tools: Tools
    stages: dict[str, Stage] = field(default_factory=dict)
    dockerfile: str = "Dockerfile"

    def last_stage(self) -> Stage:
        """Take every step."""
        text = (self.context / self.dockerfile).read_text()
        lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        is_given, known = False, set(self.stages)
        # an ARG before the first FROM is for image names alone
        for line in dropwhile(lambda line: not line.startswith("FROM "), _LINE_GOES_ON.sub(" ", lines).splitlines()):
            instruction, _, said = line.partition(" ")
            if instruction == "FROM":
                is_given = said.split()[-1] in known
                image = [part for part in said.split() if not part.startswith("--platform=")]
                stage = self.stages[image[-1]] if is_given else self._from(*image)
            elif instruction and not is_given:
                getattr(self, f"_{instruction.lower()}")(stage, said.strip())
        return stage

    def _from(self, image: str, _: str = "AS", name: str = "") -> Stage:
        stage = Stage(self.folder / f"stage{len(self.stages)}")
        self.stages[name] = stage
        if image.startswith(("python:", "ghcr.io/home-assistant/base-debian:")):
            run_script(f"cp -a {self.tools.base} {stage.root}")
            # a mirror may keep a release for longer than the release says
            run_script(f"echo 'Acquire::Check-Valid-Until \"false\";' >{stage.root}/etc/apt/apt.conf.d/99mirror")
        else:
            assert "/uv:" in image, image
            stage.root.mkdir()
            shutil.copy(self.tools.uv, stage.root / "uv")
        return stage

    def _copy(self, stage: Stage, said: str) -> None:
        *sources, target = said.split()
        origin = self.context
        if sources[0].startswith("--from="):
            origin = self.stages[sources.pop(0).removeprefix("--from=")].root
        for source in sources:
            found, into = origin / source.lstrip("/"), stage.find_path(target)
            if found.is_dir():
                # the folder's content, as Docker has it, without what this machine compiled
                run_script(f"mkdir -p {into} && cp -a {found}/. {into}")
                if origin == self.context:
                    run_script(f"find {into} -name __pycache__ -prune -exec rm -r {{}} +")
            else:
                run_script(f"cp {found} {into / found.name if target.endswith('/') else into}")

    def _run(self, stage: Stage, said: str) -> None:
        mounts = f"mount -t proc proc {stage.root}/proc; mount --bind /etc/ssl {stage.root}/etc/ssl; "
        for target in CACHE.findall(said):
            mounts += f"mkdir -p {stage.find_path(target)}; mount --bind {self.tools.cache} {stage.find_path(target)}; "
        way_out = {name: os.environ[name] for name in _WAY_OUT if name in os.environ}
        line = f"cd {stage.workdir} && {CACHE.sub('', said)}"
        environment = stage.environment(HOME="/root", **way_out)
        run_script(f"{mounts}{environment} chroot {stage.root} /bin/sh -c {shlex.quote(line)}")

    def _env(self, stage: Stage, said: str) -> None:
        for pair in said.split():
            name, _, value = pair.partition("=")
            stage.env[name] = value.replace("$PATH", stage.env["PATH"])

    def _workdir(self, stage: Stage, said: str) -> None:
        stage.workdir = said
        run_script(f"mkdir -p {stage.find_path('.')}")

    def _user(self, stage: Stage, said: str) -> None:
        stage.user = said

    def _label(self, stage: Stage, said: str) -> None:
        """It changes no file."""

    def _volume(self, stage: Stage, said: str) -> None:
        stage.volumes = said.split()

    def _expose(self, stage: Stage, said: str) -> None:
        """It publishes nothing."""

    def _healthcheck(self, stage: Stage, said: str) -> None:
        stage.health = json.loads(said[said.index("CMD") + 3 :])

    def _cmd(self, stage: Stage, said: str) -> None:
        stage.command = json.loads(said)
