"""Mail with one-time links. The token is drawn when the mail is written: it never stands in the jobs' table."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import close_old_connections
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from nuoda.foundation.base import access
from nuoda.foundation.ui.actions import sent_forms

from .actions import links, logins
from .models import Company, LoginTry, OneTimeLink, Session, User

AGAIN = RetryStrategy(max_attempts=8, exponential_wait=3)
"""A server of mail that does not answer is asked again, over about an hour."""


@app.task(name="orgs.mail_link", queue="mail", retry=AGAIN)
def mail_link(user_id: str, purpose: str) -> None:
    """Send an account a fresh one-time link (invitation, password); its address begins as the settings say."""
    close_old_connections()
    user = User.objects.select_related("person").filter(pk=user_id, is_active=True).exclude(email="").first()
    if user is None or user.person is None:
        return
    actor = access.system(user.person.company_id)
    with access.scoped(actor) as at:
        token = links.issue(user=user, purpose=purpose, actor=actor, at=at)
        address = settings.PUBLIC_ORIGIN + reverse("orgs:link", args=[token])
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


@app.task(name="orgs.forgotten", queue="mail", retry=AGAIN)
def forgotten(text: str) -> None:
    """Somebody forgot the password of the account with this name or e-mail; nothing happens when there is none.

    The look-up happens here and not in the request, which therefore takes as long for accounts that do not exist. At most LOGIN_TRIES
    mails per account and window.
    """
    close_old_connections()
    text = text.strip()
    user = User.objects.filter(Q(username__iexact=text) | Q(email__iexact=text) & ~Q(email=""), is_active=True).first()
    if user is None:
        return
    try:
        logins.claim("reset", user=user)
    except logins.Locked:
        return
    mail_link(str(user.pk), "password")


@app.periodic(cron="41 3 * * *")
@app.task(name="orgs.tidy", queueing_lock="orgs.tidy")
def tidy(timestamp: int) -> None:
    """Forget sessions that ran out, tries of yesterday, links that opened nothing for ninety days, and tokens of forms sent a week ago.

    The journal keeps what happened.
    """
    close_old_connections()
    Session.objects.filter(expire_date__lt=Now()).delete()
    LoginTry.objects.filter(last_at__lt=Now() - timedelta(days=1)).delete()
    OneTimeLink.objects.filter(expires_at__lt=Now() - timedelta(days=90)).delete()
    for company_id in Company.objects.order_by("id").values_list("id", flat=True):
        with access.scoped(access.system(company_id)) as at:
            sent_forms.forget(before=at - timedelta(days=7), company_id=company_id)
