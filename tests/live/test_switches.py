"""Every protection of the demo server, off alone: it is measured, and lets an attack of the model's through."""

import pytest

from oauth_model.attacks import ATTACKS
from oauth_model.live.demo.adapter import DemoAdapter
from oauth_model.live.demo.switches import SWITCHES, Switch
from tests.live.switch_table import (
    COMPANIONS,
    NOT_IN_THE_CATALOGUE,
    PAGE,
    everything_on,
    line_of,
    measured,
    named_by,
    outcomes_at,
    page_of,
    shown_in,
)

pytestmark = pytest.mark.xdist_group("live-switches")

FOLLOWS = {"code-single-use": {"replay-revokes"}}
"""What is off because another is: a replay that is redeemed revokes nothing."""

NOT_TOLD = {"canonical-uris": "exact-redirect-uri", "pkce-no-downgrade": "pkce-required"}
"""What cannot be told as long as the other is on: no request comes to where it would matter."""


@pytest.fixture(scope="module")
def page() -> str:
    """The page that shows the table."""
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.slug)
def test_a_switch_is_measured_and_lets_an_attack_through(switch: Switch, page: str) -> None:
    line = line_of(switch)
    also = set(COMPANIONS[switch.slug].off) if switch.slug in COMPANIONS else set()
    assert set(line.off) == {switch.slug, *also, *FOLLOWS.get(switch.slug, ())}
    assert set(line.unknown) == {slug for slug, needs in NOT_TOLD.items() if needs not in line.off}
    assert line.shown is not None, [f"{each.attack}: {each.state}, {each.because}" for each in line.tried]
    assert line.shown.exchanges and line.shown.run is not None
    assert line.is_own == (switch.slug in NOT_IN_THE_CATALOGUE)
    assert line.text == shown_in(page)[switch.slug], "bring it up to date: python -m tests.live.switch_table"


def test_the_page_has_every_switch_once(page: str) -> None:
    lines = shown_in(page)
    assert list(lines) == [switch.slug for switch in SWITCHES]
    assert page == page_of(list(lines.values())), "bring it up to date: python -m tests.live.switch_table"


def test_with_everything_on_no_attack_of_the_table_succeeds(page: str) -> None:
    attacks = frozenset(line.split("|")[4].split("`")[1] for line in shown_in(page).values())
    assert len(attacks) > 15
    found = outcomes_at(everything_on(), attacks)
    assert {slug: each.state for slug, each in found.items()} == dict.fromkeys(attacks, "stopped")


def test_clients_that_do_not_look_at_iss_are_open_to_mix_up_whatever_the_server_sends() -> None:
    found = outcomes_at(DemoAdapter(), frozenset({"mix-up"}))["mix-up"]
    assert (found.state, found.careful) == ("succeeded", False)


def test_with_everything_on_all_of_the_table_is_measured_on() -> None:
    with measured(everything_on()) as at:
        states = {each.slug: at.discovery.state(each.slug) for each in SWITCHES}
    assert states == {each.slug: "unknown" if each.slug in NOT_TOLD else "on" for each in SWITCHES}


def test_what_the_catalogue_has_no_attack_for_is_named_by_none() -> None:
    for slug in NOT_IN_THE_CATALOGUE:
        assert not [attack.slug for attack in ATTACKS if slug in named_by(attack)]
    assert set(COMPANIONS) <= {switch.slug for switch in SWITCHES}
