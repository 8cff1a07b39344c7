"""The bell: new lines first, read one by one or all at once, and the ways a person is told."""

from django.urls import reverse

from receivables.models import Notification, User
from tests.fixtures.world import DAY_0


def address(name, *args):
    return reverse(f"receivables:{name}", args=args)


def line(world, user, number, *, read=False, link="/customers/", kind="invoice_paid"):
    figures = {"customer": "Acme", "number": f"R-{number}", "amount": 100, "currency": "EUR"}
    return Notification.objects.create(
        user=user, key=f"fact:{number}", kind=kind, figures=figures, link=link, at=world.at(DAY_0),
        read_at=world.at(DAY_0) if read else None,
    )  # fmt: skip


def mine(client):
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_what_is_new_stands_first_and_is_counted_in_the_frame_of_every_page(world, login):
    client = login("collector")
    line(world, mine(client), 1, read=True)
    line(world, mine(client), 2)
    shown = client.get(address("notifications")).content.decode()
    assert shown.index("R-2") < shown.index("R-1")
    assert "1 new notification" in client.get(address("customers")).content.decode()


def test_a_person_without_news_sees_how_they_come(world, login):
    shown = login("collector").get(address("notifications")).content.decode()
    assert "You have not been told anything yet" in shown
    assert "new notification" not in shown


def test_opening_a_line_leads_to_its_thing_and_reads_it(world, login):
    client = login("collector")
    row = line(world, mine(client), 1)
    assert client.get(address("notification", row.pk))["Location"] == "/customers/"
    row.refresh_from_db()
    assert row.read_at is not None


def test_a_link_out_of_the_house_is_not_followed(world, login):
    client = login("collector")
    for number, link in enumerate(("//evil.example/", "https://evil.example/", "javascript:alert(1)", "")):
        row = line(world, mine(client), number, link=link)
        assert client.get(address("notification", row.pk))["Location"] == address("notifications")


def test_lines_of_others_are_not_there(world, login):
    row = line(world, world.user("cfo"), 1)
    client = login("collector")
    assert client.get(address("notification", row.pk)).status_code == 404
    assert client.post(address("notification_read", row.pk)).status_code == 404
    client.post(address("notifications_read"), {"until": row.pk})
    assert Notification.objects.unread().count() == 1


def test_all_at_once_reads_what_was_shown_and_not_what_came_meanwhile(world, login):
    client = login("collector")
    rows = [line(world, mine(client), n) for n in range(3)]
    client.post(address("notifications_read"), {"until": rows[1].pk})
    assert list(Notification.objects.unread()) == [rows[2]]
    client.post(address("notification_read", rows[2].pk))
    assert not Notification.objects.unread().exists()
    client.post(address("notifications_read"), {"until": "x"})


def test_earlier_lines_come_page_by_page(world, login):
    client = login("collector")
    for n in range(60):
        line(world, mine(client), n, read=True)
    first = client.get(address("notifications")).content.decode()
    assert "R-59" in first and "R-9 " not in first and "?after=" in first
    last = Notification.objects.order_by("-pk")[49]
    assert "R-9 " in client.get(address("notifications") + f"?after={last.pk}").content.decode()


def test_more_than_ninety_nine_are_not_counted_out(world, login):
    client = login("collector")
    for n in range(101):
        line(world, mine(client), n)
    assert "99+" in client.get(address("notifications")).content.decode()


def test_001_08_everybody_chooses_by_which_ways_they_are_told(world, login):
    client, page = login("collector"), address("ways")
    assert client.post(page, {"told_by": ["app", "sms"], "phone": "+49 1511 2345678"}).status_code == 302
    assert (mine(client).told_by, mine(client).phone) == (["app", "sms"], "+4915112345678")
    for wrong in (
        {"told_by": []},
        {"told_by": ["sms"], "phone": ""},
        {"told_by": ["sms"], "phone": "+49 30 901820"},
        {"told_by": ["sms"], "phone": "0151 12345678"},
        {"told_by": ["pigeon"]},
    ):
        assert client.post(page, wrong).status_code == 422
    assert mine(client).told_by == ["app", "sms"]
