"""Tests that commit leave nothing behind, although the guards refuse every deletion of facts."""

import pytest
from django.db import DatabaseError, connection

from tests.fixtures import cleaning

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_committed_fact_is_gone_after_cleaning_and_the_guards_are_back(django_user_model):
    from receivables.models import LegalEntity

    before = LegalEntity.objects.count()
    django_user_model.objects.create(username="left-over")
    cleaning.clean()
    assert (django_user_model.objects.count(), LegalEntity.objects.count()) == (0, before)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("select count(*) from sqlite_master where type = 'trigger'")
        else:
            cursor.execute("select count(*) from pg_trigger where not tgisinternal and tgenabled = 'O'")
        assert cursor.fetchone()[0] > 20


def test_rows_of_the_migrations_come_back():
    from django.contrib.contenttypes.models import ContentType

    assert ContentType.objects.exists()
    cleaning.clean()
    assert ContentType.objects.exists()


def test_a_guard_still_refuses(world):
    invoice = world.issue("globex", "100.00")
    with pytest.raises(DatabaseError, match="never deleted"), connection.cursor() as cursor:
        cursor.execute("delete from receivables_entry where entity_id = %s", [invoice.entity_id])
