"""What is measured is what it says: a snapshot of 250 KB without problems, and an edit of it; flags of all kinds."""

from __future__ import annotations

from configs.snapshot.canonical import canonical, normalise
from configs.snapshot.diff import diff
from configs.validation.check import check_snapshot
from icontrol.kernel.problems import errors
from tests.bench.documents import SIZE, edited, large_snapshot
from tests.bench.flags import KINDS, among_others, kinds, mixed


def test_the_large_snapshot_is_large_and_fit_to_publish() -> None:
    document = large_snapshot()
    assert 0.9 * SIZE < len(canonical(normalise(document)).encode()) <= SIZE
    changed = edited(document, 7)
    assert not errors(check_snapshot(document)) and not errors(check_snapshot(changed))
    assert len(diff(document, changed)) > 50
    assert not diff(document, large_snapshot()), "an edit must not change what it is made from"


def test_the_flags_are_fit_to_publish() -> None:
    assert len(mixed(1000)["featureFlags"]) == 1000 and set(kinds(10).values()) == set(KINDS)
    assert [len(flag.get("rules", ())) for flag in among_others(rules=20)["featureFlags"]] == [2, *[20] * 99]
    for document in (mixed(1000), among_others(rules=0), among_others(rules=20)):
        assert not errors(check_snapshot(document))
