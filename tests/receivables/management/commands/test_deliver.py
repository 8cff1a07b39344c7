"""`manage.py deliver`: one pass, in words or JSON; the scheduled doors ring the same verbs."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from receivables import tasks
from receivables.models import Message

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("deliver", *arguments, stdout=out)
    return out.getvalue().strip()


def test_a_pass_says_what_came_of_it(mailroom):
    assert run() == "Nothing was due."
    for _n in range(3):
        mailroom.plan()
    assert json.loads(run("--json", "--until-empty")) == {"accepted": 3}
    assert Message.objects.filter(state="ACCEPTED").count() == 3


def test_the_scheduled_doors_deliver_and_sweep(mailroom):
    mailroom.plan()
    assert (tasks.deliver_messages(), tasks.deliver_messages(), tasks.sweep_messages()) == (1, 0, 0)
