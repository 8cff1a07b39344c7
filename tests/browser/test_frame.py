"""The frame around every page, in a real browser: it opens, fits a phone, and offends no content policy."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", ["desk", "phone", "narrow"])
def test_the_log_in_page_fits_without_sideways_scroll(open_page, size, language):
    page = open_page("/login/", size=size, language=language)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("input[type=password]").is_visible()
