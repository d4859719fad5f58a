"""A Valkey server of the tests' own, on loopback, that they can stop and start again."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from tests.server.processor import read_processor_seconds

PASSWORD = "open-sesame"
"""So that tests see that it is sent, and written down nowhere."""


def _find_program() -> str:
    """Return the server's program: the system's, or what scripts/test fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = shutil.which("valkey-server") or shutil.which(cache / "my-electrical-data/valkey/usr/bin/valkey-server")
    assert found, "Valkey is not installed: scripts/test fetches it"
    return found


class Valkey:
    """The server; stopped, it forgets everything."""

    def __init__(self, port: int, certificate: Path | None = None) -> None:
        """With a certificate, whose file also holds its key, it is reached by TLS alone."""
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
        self._port = port
        self._listens = ["--port", str(port)]
        if certificate:
            self.url = f"rediss://:{PASSWORD}@localhost:{port}/0"
            files = [part for name in ("cert", "key", "ca-cert") for part in (f"--tls-{name}-file", str(certificate))]
            self._listens = ["--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", *files]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        options = [*self._listens, "--bind", "127.0.0.1", "--requirepass", PASSWORD]
        self._process = subprocess.Popen(
            [_find_program(), *options, "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 200
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
            except OSError:
                assert self._process.poll() is None, "Valkey ended"
                assert time.monotonic() < deadline, "Valkey does not answer"
                time.sleep(0.02)
            else:
                return

    @property
    def processor_seconds(self) -> float:
        """The processor time that it has used."""
        assert self._process is not None
        return read_processor_seconds(self._process.pid)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Have it take connections and answer nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
