"""Certificates that vouch for themselves, made by OpenSSL's own program."""

import subprocess
from pathlib import Path


def make_certificate(name: str, folder: Path) -> Path:
    """Make one for a server of that name; its file also holds its key. The folder becomes one that OpenSSL looks up."""
    file = folder / "server.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(file)]
    whose = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "1", *whose, *key, "-out", file], check=True, capture_output=True
    )
    subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)
    return file
