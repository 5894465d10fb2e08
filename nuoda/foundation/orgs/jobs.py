"""Mail with one-time links. The token is drawn when the mail is written: it never stands in the jobs' table."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from nuoda.foundation.base import access

from .actions import links, logins
from .models import LoginTry, OneTimeLink, Session, User


@app.task(name="orgs.mail_link", queue="mail")
def mail_link(user_id: str, purpose: str, origin: str) -> None:
    """Send an account a fresh one-time link (invitation, password); `origin` begins the address when none is configured."""
    user = User.objects.select_related("person").filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None or user.person is None:
        return
    actor = access.system(user.person.company_id)
    with access.scoped(actor) as at:
        token = links.issue(user=user, purpose=purpose, actor=actor, at=at)
        address = (settings.ORIGIN or origin).rstrip("/") + reverse("orgs:link", args=[token])
        with translation.override(user.language):
            words = {"name": user.person.name, "account": user.username, "address": address}
            if purpose == "password":
                subject = _("Your new password for Nuoda")
                text = _(
                    "%(name)s,\n\nsomebody (you, we hope) asked for a new password for the account %(account)s. "
                    "This link sets it, once, within two hours:\n\n%(address)s\n\n"
                    "If it was not you, do nothing: your password stays as it is."
                )
            else:
                subject = _("Your account for Nuoda")
                text = _(
                    "%(name)s,\n\nyour account %(account)s is ready. "
                    "This link lets you set its password, once, within seven days:\n\n%(address)s"
                )
            # Inside the transaction: when the mail cannot be sent, no link was issued and the job tries again.
            send_mail(subject, text % words, settings.DEFAULT_FROM_EMAIL, [user.email])


@app.task(name="orgs.forgotten", queue="mail")
def forgotten(text: str, origin: str) -> None:
    """Somebody forgot the password of the account with this name or e-mail; nothing happens when there is none.

    The look-up happens here and not in the request, which therefore takes as long for accounts that do not exist. At most LOGIN_TRIES
    mails per account and window.
    """
    text = text.strip()
    user = User.objects.filter(Q(username__iexact=text) | Q(email__iexact=text) & ~Q(email=""), is_active=True).first()
    if user is None:
        return
    try:
        logins.claim("reset", user=user)
    except logins.Locked:
        return
    mail_link(str(user.pk), "password", origin)


@app.periodic(cron="41 3 * * *")
@app.task(name="orgs.tidy", queueing_lock="orgs.tidy")
def tidy(timestamp: int) -> None:
    """Forget sessions that ran out, tries of yesterday, and links that opened nothing for ninety days. The journal keeps what happened."""
    Session.objects.filter(expire_date__lt=Now()).delete()
    LoginTry.objects.filter(last_at__lt=Now() - timedelta(days=1)).delete()
    OneTimeLink.objects.filter(expires_at__lt=Now() - timedelta(days=90)).delete()
