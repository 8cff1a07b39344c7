"""Texts over the API: drafted by one, put in force by another, problems named."""

BODY = "Dear {contact},\n\n{items}\n\nReference {reference}."
TEXT = {"code": "firm", "channel": "email", "language": "en", "subject": "Your items", "body": BODY}


def test_one_drafts_and_another_puts_it_in_force(world, api):
    writer, second = api("finance_manager"), api("cfo")
    made = writer.post("templates", TEXT)
    assert (made.status_code, made.json()["code"], made.json()["problems"]) == (201, "firm_reminder", [])
    pk, seen = made.json()["id"], made.json()["content_hash"]
    assert writer.post(f"templates/{pk}/activate", {"content_hash": seen}).json()["code"] == "four_eyes"
    done = second.post(f"templates/{pk}/activate", {"content_hash": seen})
    assert (done.status_code, done.json()["active"]) == (200, True)
    assert [row["id"] for row in second.get("templates?active=true").json()["items"]] == [pk]
    gone = second.post(f"templates/{pk}/retire", {"reason": "Too stern"})
    assert gone.json()["active"] is False


def test_a_draft_is_edited_by_who_read_it(world, api):
    caller = api("finance_manager")
    made = caller.post("templates", TEXT).json()
    edited = caller.post(
        f"templates/{made['id']}/edit",
        {"subject": "Better", "body": BODY, "content_hash": made["content_hash"]},
    )
    assert edited.json()["subject"] == "Better"
    again = caller.post(
        f"templates/{made['id']}/edit",
        {"subject": "Worse", "body": BODY, "content_hash": made["content_hash"]},
    )
    assert (again.status_code, again.json()["code"]) == (409, "stale")


def test_bad_input_62_problems_are_named_and_stop_it(world, api):
    made = api("finance_manager").post("templates", {**TEXT, "body": "{{ settings }} {reference}"}).json()
    assert any("is no placeholder" in problem for problem in made["problems"])
    answer = api("cfo").post(f"templates/{made['id']}/activate", {"content_hash": made["content_hash"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "template_problems")


def test_bad_input_63_a_text_of_odd_characters_does_not_break_the_books(world, api):
    caller = api("finance_manager")
    made = caller.post("templates", {**TEXT, "body": "a\x00b {reference}"})
    assert made.status_code in (201, 400, 422)
    assert caller.post("templates", {**TEXT, "code": "x", "body": "x" * 20_001}).status_code == 422
    assert caller.post("templates", {**TEXT, "channel": "fax"}).status_code == 422


def test_a_collector_reads_and_does_not_write(world, api):
    caller = api("collector")
    assert caller.get("templates").status_code == 200
    assert caller.post("templates", TEXT).status_code == 403
