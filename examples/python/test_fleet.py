import pytest
from fleet import Fleet


def test_it_makes_what_is_missing(account):
    fleet = Fleet(*account)
    assert fleet.scale(3) == (3, 0)
    assert [server["label"] for server in fleet.servers()] == ["web-1", "web-2", "web-3"]


def test_it_does_nothing_where_all_is_well(account):
    fleet = Fleet(*account)
    fleet.scale(2)
    assert fleet.scale(2) == (0, 0)


def test_it_deletes_the_newest_and_leaves_what_is_not_its_own(account):
    fleet, others = Fleet(*account), Fleet(*account, tag="db")
    others.scale(1)
    fleet.scale(3)
    oldest = fleet.servers()[0]["id"]
    assert fleet.scale(1) == (0, 2)
    assert [server["id"] for server in fleet.servers()] == [oldest]
    assert len(others.servers()) == 1


def test_it_counts_over_all_pages(account):
    fleet = Fleet(*account)
    fleet.scale(103)
    assert len(fleet.servers()) == 103


def test_it_says_what_was_refused(account):
    with pytest.raises(RuntimeError, match="POST /instances: 400 .*region"):
        Fleet(*account, region="nowhere").scale(1)
