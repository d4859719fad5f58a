"""The name of a browser, so that people recognise their sessions; the rest of its User-Agent is not kept."""

import re

_NAMES = {
    # the more specific first: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari
    "Edge": r"\bEdg(e|A|iOS)?/",
    "Opera": r"\bOPR/",
    "Samsung Internet": r"\bSamsungBrowser/",
    "Firefox": r"\b(Firefox|FxiOS)/",
    "Chrome": r"\b(Chrome|Chromium|CriOS|HeadlessChrome)/",
    "Safari": r"\bSafari/",
}
_SYSTEMS = {
    "Android": r"\bAndroid\b",
    "iPhone": r"\biPhone\b",
    "iPad": r"\biPad\b",
    "Windows": r"\bWindows\b",
    "macOS": r"\bMac OS X\b|\bMacintosh\b",
    "ChromeOS": r"\bCrOS\b",
    "Linux": r"\bLinux\b",
}


def name_browser(user_agent: str) -> str | None:
    """Return the browser and its system, such as `Firefox, Linux`; None where neither is known."""
    found = [_find_first(names, user_agent[:500]) for names in (_NAMES, _SYSTEMS)]
    return ", ".join(name for name in found if name) or None


def _find_first(names: dict[str, str], user_agent: str) -> str | None:
    return next((name for name, pattern in names.items() if re.search(pattern, user_agent)), None)
