"""The words of a mail, in its reader's language, as text and as HTML."""

from gateway.mail.carriers import Letter
from gateway.mail.models import MailKind
from gateway.pages import render_mail, texts


def write(kind: MailKind, language: str, to: str, link: str) -> Letter:
    """Write a mail."""
    words = texts(language)
    subject = words[f"mail_{kind}_subject"]
    paragraphs = [words[f"mail_{kind}_text"], words[f"mail_{kind}_note"]]
    action = words[f"mail_{kind}_action"]
    way = f"{action}{words['mail_colon']}\n{link}"
    text = "\n\n".join([words["mail_greeting"], paragraphs[0], way, paragraphs[1], "MyElectricalData"])
    html = render_mail(language, subject=subject, paragraphs=paragraphs, action=action, link=link)
    return Letter(kind, to, subject, text, html)
