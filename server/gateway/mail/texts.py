"""The text of a mail in its reader's language, plain and as HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from gateway.mail.models import MailKind
from gateway.mail.senders import Mail
from gateway.pages import load_texts, render_mail


@dataclass(frozen=True, slots=True)
class Signature:
    """Who a mail is from: the site's name, and who runs it (empty if nobody says)."""

    site: str
    operator: str = ""

    def lines(self) -> list[str]:
        """Return what stands below a mail."""
        return [line for line in (self.site, self.operator) if line]


def compose_mail(
    kind: MailKind, language: str, to: str, link: str, signature: Signature, details: Mapping[str, str]
) -> Mail:
    """Write out a mail in a language. A day in `details` (`until`, ISO) is written as the language has it."""
    words = load_texts(language)
    values = {"site": signature.site, **details}
    if until := details.get("until"):
        values["until"] = date.fromisoformat(until).strftime(words["mail_day"])
    subject, text, note, action = (
        words[f"mail_{kind}_{part}"].format_map(values) for part in ("subject", "text", "note", "action")
    )
    link_line = f"{action}{words['mail_colon']}\n{link}"
    below = "\n".join(signature.lines())
    plain = "\n\n".join([words["mail_greeting"], text, link_line, note, below])
    html = render_mail(
        language, subject=subject, paragraphs=[text, note], action=action, link=link, signature=signature.lines()
    )
    return Mail(kind, to, subject, plain, html)
