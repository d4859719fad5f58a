"""Running the simulator as a process of its own."""

import sys
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime

import uvicorn

from gateway.simulator.app import create_app


def serve_simulator(
    host: str,
    port: int,
    *,
    now: datetime | None = None,
    frozen: bool = False,
    quota: bool = True,
    redirect_uri: str | None = None,
) -> None:
    """Serve both worlds until interrupted. `now` (aware) is where the clock starts, or stands still when frozen."""
    app = create_app(now=now, frozen=frozen, quota=quota, redirect_uri=redirect_uri)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    socket = config.bind_socket()  # ends here, with a clear message, when the port is taken
    sys.stdout.write(f"Simulated Enedis and RTE on http://{host}:{port} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    uvicorn.Server(config).run([socket])


def main() -> None:
    """Read the command line and serve."""
    parser = ArgumentParser(prog="python -m gateway.simulator", description="Enedis and RTE as seen from outside.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010)
    parser.add_argument(
        "--now", type=_parse_instant, help="where the clock starts, with its offset: 2026-01-05T09:00:00+01:00"
    )
    parser.add_argument("--frozen", action="store_true", help="the clock stands still at --now")
    parser.add_argument("--redirect-uri", help="where the authorize page sends people back to")
    parser.add_argument("--no-quota", action="store_true", help="let every call pass")
    args = parser.parse_args()
    if args.frozen and args.now is None:
        parser.error("--frozen needs --now")
    serve_simulator(
        args.host,
        args.port,
        now=args.now,
        frozen=args.frozen,
        quota=not args.no_quota,
        redirect_uri=args.redirect_uri,
    )


def _parse_instant(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None
    if value.tzinfo is None:
        raise ArgumentTypeError("give the offset too, as in 2026-01-05T09:00:00+01:00")
    return value
