"""Browser names, by which people recognise their sessions. The rest of the User-Agent is not stored."""

import re

_NAMES = {
    # specific names first: the User-Agent of Edge and Opera also contains Chrome, and that of Chrome contains Safari
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
    """Return the browser and its system from a User-Agent, such as `Firefox, Linux`; None if neither is recognised."""
    found = [_find_first(names, user_agent[:500]) for names in (_NAMES, _SYSTEMS)]
    return ", ".join(name for name in found if name) or None


def _find_first(names: dict[str, str], user_agent: str) -> str | None:
    return next((name for name, pattern in names.items() if re.search(pattern, user_agent)), None)
