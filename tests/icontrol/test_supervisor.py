"""Which workers run when: with processes that do nothing and a clock that is moved by hand."""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from icontrol.listening import Taken, another, bound, claim
from icontrol.plan import AUTHORS, Plan
from icontrol.supervisor import (
    GRACE,
    LAST_CHANCE,
    LONG,
    LONGEST_PAUSE,
    SETTLED,
    SILENCE,
    SLOWEST_START,
    START,
    Line,
    Supervisor,
    Worker,
    terminal_is_gone,
)
from tests.icontrol.test_serve import free_port

PLAN = Plan("127.0.0.1 port 1", 2, ["application"], {"ICONTROL_SECRET_KEY": "hidden"}, {})


class Process:
    """As much of ``Popen`` as the supervisor uses."""

    def __init__(self, pid: int) -> None:
        self.pid, self.returncode, self.told = pid, None, list[str]()

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.told.append("terminate")

    def kill(self) -> None:
        self.told.append("kill")

    def dies(self, code: int = -signal.SIGKILL) -> None:
        self.returncode = code  # type: ignore[assignment]


class Stage(Supervisor):
    """The supervisor; its workers are :class:`Process` and its clock stands still."""

    now = 0.0
    full = False

    def __init__(self, plan: Plan) -> None:
        first = bound(socket.AF_INET, ("127.0.0.1", 0))
        super().__init__(plan, {1: first, 2: another(first)})
        self.selector = selectors.DefaultSelector()
        self.started: list[tuple[int, Plan]] = []
        self.mouths: dict[int, int] = {}
        self.clock = lambda: self.now
        self.due = dict.fromkeys(self.plan.numbers, 0.0)
        self.turn()

    def _start(self, number: int, plan: Plan, line: Line) -> Worker:
        if self.full:
            raise BlockingIOError("no process left")
        ready, mouth = os.pipe()
        self.started.append((number, plan))
        process: Any = Process(1000 + len(self.started))
        self.mouths[process.pid] = mouth
        return Worker(number, process, ready, self.now, line, self.now + SLOWEST_START)

    def turn(self, seconds: float = 0) -> None:
        self.now += seconds
        self._look_after()
        self._start_what_is_due()

    def beats(self, worker: Worker) -> None:
        os.write(self.mouths[worker.process.pid], b".")
        self._heard(worker)

    def reloads(self, plan: Plan | bytes, code: int = 0) -> None:
        source, mouth = os.pipe()
        os.write(mouth, plan.dump() if isinstance(plan, Plan) else plan)
        os.close(mouth)
        process: Any = Process(1)
        process.returncode, process.stdout = code, os.fdopen(source, "rb")
        self.preparing = process
        self.turn()


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage(PLAN)
    yield stage
    stage.selector.close()
    for one in stage.sockets.values():
        one.close()
    for line in (stage.line, *stage.other_lines):
        line.close()


def dies(stage: Stage, number: int) -> None:
    process: Any = stage.workers[number].process
    process.dies()
    stage.turn()


def told(worker: Worker) -> list[str]:
    process: Any = worker.process
    return list(process.told)


def test_a_worker_that_had_lived_a_while_is_replaced_at_once(stage: Stage) -> None:
    assert [number for number, _ in stage.started] == [AUTHORS, 1, 2]
    stage.turn(SETTLED)
    for number in (1, AUTHORS):
        line = stage.workers[number].line
        dies(stage, number)
        stage.turn()
        assert stage.workers[number].line is line is stage.line  # what waits there is not lost
    assert [number for number, _ in stage.started] == [AUTHORS, 1, 2, 1, AUTHORS]


@pytest.mark.parametrize("number", [1, AUTHORS])
def test_a_worker_that_dies_again_and_again_is_replaced_for_ever_and_ever_later(stage: Stage, number: int) -> None:
    pauses = []
    for _ in range(40):
        dies(stage, number)
        pauses.append(stage.due[number] - stage.now)
        stage.turn(pauses[-1])
        assert set(stage.workers) == {1, 2, AUTHORS}
    assert pauses == sorted(pauses) and pauses[0] <= 0.5 and pauses[1] > pauses[0] and pauses[-1] == LONGEST_PAUSE
    assert [number for number, _ in stage.started].count(2) == 1  # the other one was left alone
    stage.turn(SETTLED)
    dies(stage, number)
    assert stage.due.get(number, stage.now) == stage.now  # it had lived: forgiven


def test_a_stop_waits_for_the_workers_and_then_does_not(stage: Stage) -> None:
    authors, *workers = stage.workers.values()
    stage._signalled(signal.SIGTERM)
    assert [told(worker) for worker in workers] == [["terminate"]] * 2
    workers[0].process.dies(0)  # type: ignore[attr-defined]
    stage.turn(GRACE - 1)
    assert stage.leaving == [authors, workers[1]] and told(workers[1]) == ["terminate"]
    stage.turn(1)
    assert told(workers[1]) == ["terminate", "kill"]
    assert len(stage.started) == 3  # nobody is replaced any more


def test_the_authors_process_ends_after_the_workers_that_may_ask_it(stage: Stage) -> None:
    authors, *workers = stage.workers.values()
    stage._signalled(signal.SIGTERM)
    for worker in workers:
        assert told(authors) == []
        worker.process.dies(0)  # type: ignore[attr-defined]
        stage.turn(1)
    assert told(authors) == ["terminate"]
    stage.turn(GRACE)
    assert told(authors) == ["terminate", "kill"]


def test_a_reload_gives_new_workers_a_line_of_their_own_and_closes_the_old_one_after_its_last_user(
    stage: Stage,
) -> None:
    authors, *workers = stage.workers.values()
    old = stage.line
    stage.reloads(PLAN)
    new = [*stage.coming.values()]
    assert len({id(worker.line) for worker in new}) == 1 and new[0].line is not old
    for worker in new:
        stage.beats(worker)
    assert stage.line is new[0].line and [told(worker) for worker in (*workers, authors)] == [["terminate"]] * 2 + [[]]
    authors.process.dies()  # type: ignore[attr-defined]
    stage.turn()
    assert old.to_authors.fileno() != -1
    for worker in workers:
        worker.process.dies(0)  # type: ignore[attr-defined]
    stage.turn()
    assert not stage.leaving and old.to_authors.fileno() == old.from_workers.fileno() == -1
    assert stage.line.to_authors.fileno() != -1


def test_a_second_stop_is_at_once(stage: Stage) -> None:
    workers = [*stage.workers.values()]
    stage._signalled(signal.SIGINT)
    stage._signalled(signal.SIGINT)
    assert [told(worker) for worker in workers] == [["kill"]] + [["terminate", "kill"]] * 2


def test_a_reload_stops_the_old_workers_when_all_new_ones_are_ready(stage: Stage) -> None:
    old = [*stage.workers.values()]
    stage.reloads(replace(PLAN, arguments=["other"], secrets={}))
    assert [number for number, _ in stage.started] == [AUTHORS, 1, 2] * 2
    given = stage.started[-1][1]
    assert (given.arguments, given.secrets) == (["other"], PLAN.secrets)  # what the environment said at the start
    *first, last = stage.coming.values()
    for worker in first:
        stage.beats(worker)
    assert [told(worker) for worker in old] == [[]] * 3
    stage.beats(last)
    assert [told(worker) for worker in old] == [[]] + [["terminate"]] * 2
    assert set(stage.workers) == {1, 2, AUTHORS} and not stage.coming and stage.plan.arguments == ["other"]
    stage.turn(SILENCE)
    assert [told(worker) for worker in stage.workers.values()] == [[]] * 3


def test_a_worker_whose_loop_gives_no_sign_of_life_is_killed_and_replaced(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    one, two, three = stage.workers.values()
    for worker in (one, two):
        stage.beats(worker)
    stage.turn(SILENCE)
    stage.beats(two)
    stage.turn(LAST_CHANCE - 1)
    assert told(one) == []
    stage.turn(1)
    assert [told(worker) for worker in (one, two, three)] == [["kill"], [], []]
    assert caplog.messages == [f"the authors' process (process {one.process.pid}) hangs; it is killed"]
    dies(stage, AUTHORS)
    assert stage.workers[AUTHORS] is not one
    # One that never becomes ready has longer, and not for ever.
    stage.turn(SLOWEST_START)
    stage.beats(two)
    stage.turn(LAST_CHANCE)
    assert told(two) == [] and told(three) == ["kill"] and "was not ready in time" in caplog.text


@pytest.mark.parametrize("seconds", [SILENCE, SILENCE + LAST_CHANCE, 1000])
def test_silence_is_nobody_s_fault_while_the_whole_machine_stood_still(stage: Stage, seconds: int) -> None:
    for _ in range(3):
        for worker in stage.workers.values():
            stage.beats(worker)
        stage.turn(seconds)  # the signs of life of this time are not read yet, or never came
    assert [told(worker) for worker in stage.workers.values()] == [[]] * 3


def test_a_worker_of_a_version_that_says_only_once_that_it_is_ready_is_believed(stage: Stage) -> None:
    worker = stage.workers[1]
    stage.beats(worker)
    stage.selector.register(worker.pipe, selectors.EVENT_READ)
    os.close(stage.mouths[worker.process.pid])
    stage._heard(worker)
    stage.turn(START)
    assert told(worker) == []


@pytest.mark.parametrize("how", ["preparation", "death", "silence"])
def test_a_reload_that_fails_leaves_the_old_workers_alone(
    stage: Stage, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    old = [*stage.workers.values()]
    stage.reloads(PLAN, code=1 if how == "preparation" else 0)
    new = [*stage.coming.values()]
    if how == "death":
        new[1].process.dies(1)  # type: ignore[attr-defined]
        stage.turn()
    elif how == "silence":
        stage.beats(new[0])
        for _ in range(START):
            for worker in old:
                stage.beats(worker)
            stage.turn(1)
    assert "reload given up" in caplog.text and "the old" in caplog.text
    assert [*stage.workers.values()] == old and [told(worker) for worker in old] == [[]] * 3
    assert not stage.coming and stage.plan == PLAN
    assert ["terminate"] in [told(worker) for worker in new] or how == "preparation"


def test_a_machine_that_has_no_room_for_a_process_is_asked_again(stage: Stage) -> None:
    stage.full = True
    dies(stage, 1)
    stage.turn(1)
    stage.reloads(PLAN)
    assert set(stage.workers) == {2, AUTHORS} and not stage.coming
    stage.full = False
    stage.turn(LONGEST_PAUSE)
    assert set(stage.workers) == {1, 2, AUTHORS}


def test_a_plan_of_another_version_is_understood_as_far_as_it_goes(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for nonsense in (b"", b"Applying a migration\n{}", b'{"workers": 2}', b"[]"):
        stage.reloads(nonsense)
        assert not stage.coming and stage.plan == PLAN
        assert "Restart the server" in caplog.messages[-1]
    stage.reloads(json.dumps({**vars(PLAN), "arguments": ["newer"], "invented": 1}).encode())
    assert stage.next_plan == replace(PLAN, arguments=["newer"]) and len(stage.coming) == 3


def test_a_reload_keeps_the_port_and_the_number_of_workers(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.reloads(replace(PLAN, workers=5, address="elsewhere", arguments=["other"]))
    assert "change with a restart only" in caplog.text
    assert [number for number, _ in stage.started] == [AUTHORS, 1, 2] * 2
    assert stage.next_plan == replace(PLAN, arguments=["other"])


def test_connections_wait_for_a_worker_that_is_back_at_once_and_go_elsewhere_else(stage: Stage) -> None:
    kept = stage.sockets[1].fileno()
    held = stage.sockets[1]
    dies(stage, 1)
    assert stage.sockets[1] is held and held.fileno() == kept
    while stage.due[1] - stage.now < LONG:
        stage.turn(stage.due[1] - stage.now)
        dies(stage, 1)
    assert held.fileno() == -1 and stage.sockets[1].getsockname() == stage.sockets[2].getsockname()
    # Without a live worker beside it, waiting is better than being refused.
    held = stage.sockets[2]
    for _ in range(6):
        stage.turn()
        dies(stage, 2)
        stage.turn(stage.due[2] - stage.now)
        if 1 in stage.workers:
            dies(stage, 1)
    assert held.fileno() != -1


def test_a_terminal_that_is_closed_stops_the_server_and_one_that_is_not_does_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    master, terminal = os.openpty()
    source, mouth = os.pipe()
    assert [terminal_is_gone(terminal), terminal_is_gone(source)] == [False, False]
    os.close(master)
    assert terminal_is_gone(terminal)
    for end in (terminal, source, mouth):
        os.close(end)
    monkeypatch.setattr("icontrol.supervisor.terminal_is_gone", lambda: True)
    stage._signalled(signal.SIGHUP)
    assert stage.stopping and stage.preparing is None


def test_a_plan_shows_no_secret_in_a_traceback() -> None:
    assert "hidden" not in repr(PLAN)
    assert Plan.load(PLAN.dump()) == PLAN and "hidden" in json.dumps(PLAN.secrets)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0"])
def test_a_port_is_claimed_by_one_server_whether_it_listens_already_or_not(host: str) -> None:
    port = free_port()
    first, *locks = claim(host, port)
    try:
        with pytest.raises(Taken):  # the one that is just starting
            claim(host, port)
        first.listen()
        with pytest.raises(Taken):
            claim("127.0.0.1" if host == "0.0.0.0" else host, port)
    finally:
        for one in (first, *locks):
            one.close()
    for one in claim(host, port):
        one.close()


def test_each_worker_gets_connections_of_its_own() -> None:
    first = bound(socket.AF_INET, ("127.0.0.1", 0))
    second = another(first)
    first.listen(200)
    second.listen(200)
    clients = [socket.create_connection(first.getsockname()) for _ in range(60)]
    taken = [0, 0]
    for number, one in enumerate((first, second)):
        while True:
            try:
                one.accept()[0].close()
            except BlockingIOError:
                break
            taken[number] += 1
    for client in (*clients, first, second):
        client.close()
    assert sum(taken) == 60
    if sys.platform == "linux":  # elsewhere one of them may get all
        assert min(taken) > 5
