"""The forms of pages of all kinds, and of what is no page at all."""

from __future__ import annotations

import pytest

from oauth_model.live.exchange import Pairs
from oauth_model.live.forms import Form, forms_of, text_of

URL = "http://as.example/dir/page?q=1"


def only(html: str) -> Form:
    (form,) = forms_of(URL, html)
    return form


@pytest.mark.parametrize(
    ("inside", "fields"),
    [
        ("<input name=a value=1><input name=a value=2>", (("a", "1"), ("a", "2"))),
        ("<input name=a><input type=hidden name=b value='x &amp; y'>", (("a", ""), ("b", "x & y"))),
        ("<input value=1><input name='' value=1><input type=file name=f>", ()),
        ("<input name=a value=1 disabled><input name=b readonly value=2>", (("b", "2"),)),
        ("<fieldset disabled><input name=a></fieldset><fieldset><input name=b></fieldset>", (("b", ""),)),
        ("<input type=EMAIL name=a value=1><input type=no-such name=b>", (("a", "1"), ("b", ""))),
        ("<input type=checkbox name=a checked><input type=checkbox name=b value=2>", (("a", "on"),)),
        ("<input type=checkbox name=a value='' checked>", (("a", ""),)),
        ("<input type=radio name=a value=1><input type=radio name=a value=2 checked>", (("a", "2"),)),
        ("<select name=a><option value=1>One<option value=2 selected>Two</select>", (("a", "2"),)),
        ("<select name=a><option value='1'>One<option value='2'>Two</select>", (("a", "1"),)),
        ("<select name=a><option value=''>Choose</option></select>", (("a", ""),)),
        ("<select name=a><option disabled>No</option><option> Two \n words </option></select>", (("a", "Two words"),)),
        ("<select name=a><optgroup><option selected>1</optgroup><option selected>2</select>", (("a", "2"),)),
        (
            "<select name=a multiple><option selected>1</option><option>2</option><option selected>3</option></select>",
            (("a", "1"), ("a", "3")),
        ),
        ("<select name=a multiple><option>1</option></select><select name=b></select>", ()),
        ("<textarea name=a>\nline\nmore</textarea>", (("a", "line\r\nmore"),)),
        ("<textarea name=a>\r\n&lt;b&gt;</textarea>", (("a", "<b>"),)),
        ("<input type=password name=p value=x>", (("p", "x"),)),
        ("<input type=submit name=s value=1><input type=reset name=r><input type=button name=b>", ()),
    ],
)
def test_what_is_filled_in_is_what_browsers_send(inside: str, fields: Pairs) -> None:
    assert only(f"<form>{inside}</form>").fields == fields


def test_buttons_are_those_that_send_the_form() -> None:
    form = only("""<form><input type=submit name=a value=1><button name=b value=2>B</button><button>C</button>
        <button type=submit name=d>D</button><input type=image name=e value=5><button type=reset name=f>F</button>
        <button type=button name=g>G</button><button name=h disabled>H</button><input type=button name=i></form>""")
    assert form.buttons == (("a", "1"), ("b", "2"), ("", ""), ("d", ""), ("e", "5"))
    assert form.elsewhere == ()


def test_passwords_and_checkboxes_are_told_apart_from_other_fields() -> None:
    form = only("""<form><input type=Password name=p><input type=password><input type=checkbox name=scope value=read>
        <input type=checkbox name=scope value=write checked></form>""")
    assert form.passwords == ("p",)
    assert form.checkboxes == (("scope", "read"), ("scope", "write"))
    assert form.fields == (("p", ""), ("scope", "write"))
    assert form.has("p") and form.has("scope") and not form.has("other")


@pytest.mark.parametrize(
    ("attributes", "action", "method"),
    [
        ("", URL, "GET"),
        ("action='' method=''", URL, "GET"),
        ("action=other method=PoSt", "http://as.example/dir/other", "POST"),
        ("action='?x=2'", "http://as.example/dir/page?x=2", "GET"),
        ("action='//login.example/in' method=post", "http://login.example/in", "POST"),
        ("action='https://login.example' method=put", "https://login.example", "GET"),
        ("action=/in#top method=dialog", "http://as.example/in#top", "GET"),
    ],
)
def test_a_form_goes_where_it_says(attributes: str, action: str, method: str) -> None:
    form = only(f"<form {attributes}></form>")
    assert (form.action, form.method, form.page) == (action, method, URL)


def test_a_base_moves_relative_actions_and_not_empty_ones() -> None:
    there, here = forms_of(URL, "<base target=x><base href='/app/'><form action=in></form><form></form>")
    assert (there.action, here.action) == ("http://as.example/app/in", URL)


def test_a_button_may_send_a_form_elsewhere() -> None:
    form = only("""<form method=post action=/in><button name=a value=1><button name=a value=2 formaction=/out>
        <input type=submit name=a value=3 formmethod=get></form>""")
    places = [form.sent_by(button) for button in (("a", "1"), ("a", "2"), ("a", "3"), None)]
    base = "http://as.example"
    assert places == [(f"{base}/in", "POST"), (f"{base}/out", "POST"), (f"{base}/in", "GET"), (f"{base}/in", "POST")]


def test_controls_may_stand_outside_of_their_form() -> None:
    one, two = forms_of(URL, """<input name=a form=f><form id=f><input name=b><input name=c form=g></form>
        <form id=g></form><button name=d form=f></button><input name=e><input name=x form=nowhere>""")
    assert one.fields == (("a", ""), ("b", "")) and one.buttons == (("d", ""),)
    assert two.fields == (("c", ""),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"error": "invalid_request"}',
        "http://as.example/authorize",
        "index.html",
        "\x00\x01\x02",
        "<![",
        "<![n x]>",
        "<!DOCTYPE",
        "<" * 2000,
        "&" * 2000,
        "<?xml version='1.0'?><error><code>1</code></error>",
        "<div>" * 3000,
        "<form" * 300,
        "<input name=a><select name=b>",
        "\ufeff<p>",
    ],
    ids=range(15),
)
def test_what_is_no_page_has_no_forms(text: str) -> None:
    assert forms_of(URL, text) == ()
    assert isinstance(text_of(text), str)


def test_text_is_what_people_read() -> None:
    assert text_of("<h1>Sign&nbsp;in</h1>\n <p>to <b>this</b>&amp;that") == "Sign in to this &that"
    assert text_of("as  plain\nas this") == "as plain as this"
    assert text_of("<?xml version='1.0'?><html><body><form></form>x</body></html>") == "x"
    assert len(forms_of(URL, "<?xml version='1.0'?><html><body><form></form>x</body></html>")) == 1
