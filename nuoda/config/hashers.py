"""Argon2 with modest memory."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id, 19 MiB, two passes, one lane: the smallest of OWASP's recommended settings.

    Django's defaults cost 470 ms and 100 MB per login on a 2-core machine.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
