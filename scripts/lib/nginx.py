"""nginx as the front end's image runs it, on a port of this machine."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.lib.home_assistant import ROOT

WEB = ROOT / "web"


def nginx_command(folder: Path, files: Path, port: int, **settings: str) -> list[str]:
    """Write web/nginx' configuration for this machine into a folder, and return the command that runs nginx with it.

    `settings` are the build arguments that the policy depends on. nginx writes `access.log` and `error.log` there.
    """
    program, node = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"), shutil.which("node")
    if program is None or node is None:
        raise FileNotFoundError("nginx or Node is not installed: scripts/test installs them")
    folder.mkdir(parents=True, exist_ok=True)
    config = (WEB / "nginx/nginx.conf").read_text()
    for in_the_image, here in (
        ("/tmp/", f"{folder}/"),  # noqa: S108 - what stands in the file
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/srv/web", str(files)),
        ("/dev/stdout", f"{folder}/access.log"),
        ("/dev/stderr", f"{folder}/error.log"),
    ):
        config = config.replace(in_the_image, here)
    if os.geteuid() == 0:
        config = f"user root;\n{config}"  # the files of a test are its own
    (folder / "nginx.conf").write_text(config)
    policy = subprocess.run(
        [node, WEB / "scripts/policy.mjs"], env={**os.environ, **settings}, check=True, capture_output=True
    )
    (folder / "policy.conf").write_bytes(policy.stdout)
    return [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
