"""The main process of a server: it holds the port and keeps the workers running.

``manage.py serve`` becomes this process once the database is ready. It opens a socket per worker, which the worker
inherits: while a worker is replaced or has just died, connections wait in the socket's queue and none is refused. It
imports no Django, so it is small and outlives upgrades.

=========  ===========================================================================================================
signal     what follows
=========  ===========================================================================================================
SIGHUP     settings are read again, the database is migrated, and once all new workers are ready the old ones finish
           what they have begun and end; if anything of this fails, the old ones go on (but SIGHUP because the
           terminal was closed is a SIGTERM)
SIGTERM    (and SIGINT) workers finish what they have begun, at most :data:`GRACE` seconds; once more: at once
=========  ===========================================================================================================

A worker that ends by itself is replaced: at once if it had run for a while, else after a pause that doubles. A worker
whose event loop gives no sign of life is killed, and so replaced: after :data:`SILENCE` seconds, and
:data:`LAST_CHANCE` more in which this process has listened, for it may itself have stood still, with the whole machine.
When this process ends for any reason, the workers end too: each watches a pipe that only this process holds open.

Number 0 does not listen: it is the authors' process, which gets requests from the workers over a socket. It ends after
the workers that may still use it, and a reload makes a new socket for the new ones.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from icontrol.child import BEAT, hand_over
from icontrol.listening import another
from icontrol.logs import OneLine
from icontrol.plan import AUTHORS, SECRETS, Plan, without

logger = logging.getLogger("icontrol.supervisor")
ROOT = Path(__file__).resolve().parent.parent
GRACE = 30  # seconds for a worker to finish its requests
SETTLED = 10  # a worker that ran at least so many seconds is replaced at once
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30
LONG = 1  # seconds after which connections must not keep waiting for a missing worker
START = 120  # seconds for a new worker to become ready before a reload is given up
SLOWEST_START = 600  # for one that replaces another
#: Seconds without a sign of life after which a worker has its last chance, and how long that is.
SILENCE, LAST_CHANCE = 20, 2 * BEAT


def take_over(plan: Plan, first: socket.socket, locks: Iterable[socket.socket | IO[str]]) -> None:
    """The calling process becomes the supervisor, with its signals, exit code and process id. Does not return.

    ``first`` is bound to the address; the locks are kept open as long as the process lives.
    """
    source, target = os.pipe()
    os.write(target, plan.dump())  # the settings fit into a pipe's buffer
    os.close(target)
    for descriptor in (source, first.fileno(), *(lock.fileno() for lock in locks)):
        os.set_inheritable(descriptor, True)
    os.chdir(ROOT)
    command = [sys.executable, "-m", __name__, str(source), str(first.fileno())]
    os.execve(sys.executable, command, without(SECRETS))


@dataclass(frozen=True)
class Line:
    """The socket pair between workers and the authors' process: :mod:`icontrol.front_door.relay`."""

    to_authors: socket.socket
    from_workers: socket.socket

    @classmethod
    def new(cls) -> Line:
        return cls(*socket.socketpair())

    def close(self) -> None:
        self.to_authors.close()
        self.from_workers.close()


@dataclass
class Worker:
    number: int
    process: subprocess.Popen[bytes]
    pipe: int  # its signs of life
    started: float
    line: Line
    deadline: float = float("inf")  # until when it must be ready, give its next sign of life, or be gone
    ready: bool = False
    silent: bool = False  # and in its last chance
    told: bool = False  # to end

    def __str__(self) -> str:
        return name(self.number)


@dataclass
class Supervisor:
    plan: Plan
    sockets: dict[int, socket.socket]  # by worker number
    clock: Callable[[], float] = time.monotonic
    line: Line = field(default_factory=Line.new)
    other_lines: list[Line] = field(default_factory=list)  # of starting and leaving processes
    workers: dict[int, Worker] = field(default_factory=dict)
    #: The workers of the next plan, until all are ready.
    coming: dict[int, Worker] = field(default_factory=dict)
    next_plan: Plan | None = None
    leaving: list[Worker] = field(default_factory=list)
    preparing: subprocess.Popen[bytes] | None = None
    deaths: dict[int, int] = field(default_factory=dict)  # early deaths in a row, by worker number
    due: dict[int, float] = field(default_factory=dict)
    stopping: bool = False

    # --- the loop -----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until a signal to stop has come and all workers are gone."""
        self.selector = selectors.DefaultSelector()
        self.life, self.life_kept = os.pipe()
        awake, wake = os.pipe()
        for end in (awake, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        self.selector.register(awake, selectors.EVENT_READ)
        self.due = dict.fromkeys(self.plan.numbers, 0.0)
        while True:
            self._start_what_is_due()
            if self.stopping and not (self.workers or self.leaving or self.coming or self.preparing):
                return
            heard = self.selector.select(self._pause())
            with contextlib.suppress(BlockingIOError):
                for caught in os.read(awake, 512):
                    self._signalled(caught)
            for key, _ in heard:
                if key.data is not None:
                    self._heard(key.data)
            self._look_after()

    def _pause(self) -> float:
        """Seconds until the next timed action."""
        every = [*self.workers.values(), *self.coming.values(), *self.leaving]
        moments = [*self.due.values(), *(worker.deadline for worker in every)]
        return max(0.0, min([*(moment - self.clock() for moment in moments), 60.0]))

    def _signalled(self, number: int) -> None:
        if number in (signal.SIGTERM, signal.SIGINT) or number == signal.SIGHUP and terminal_is_gone():
            self._stop()
        elif number == signal.SIGHUP and not self.stopping:
            self._prepare()

    # --- workers ------------------------------------------------------------------------------------------------------

    def _start(self, number: int, plan: Plan, line: Line) -> Worker:
        ready, told = os.pipe()
        if number == AUTHORS:
            ends = {"line": line.from_workers.fileno()}
        else:
            ends = {"line": line.to_authors.fileno(), "listener": self.sockets[number].fileno()}
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "icontrol.worker" if number else "icontrol.authors"],
                cwd=ROOT,
                env=without((*SECRETS, "ICONTROL_ENV_FILE")),
                stdin=subprocess.PIPE,
                pass_fds=(*ends.values(), self.life, told),
            )
        except OSError:
            os.close(ready)
            raise
        finally:
            os.close(told)
        hand_over(
            process,
            **ends,
            life=self.life,
            ready=told,
            arguments=plan.arguments,
            given={**plan.settings, **plan.secrets},
        )
        worker = Worker(number, process, ready, self.clock(), line, self.clock() + SLOWEST_START)
        self.selector.register(ready, selectors.EVENT_READ, worker)
        return worker

    def _start_what_is_due(self) -> None:
        for number in [number for number, moment in self.due.items() if moment <= self.clock()]:
            del self.due[number]
            try:
                self.workers[number] = self._start(number, self.plan, self.line)
            except OSError as error:  # no memory, no process, no file left
                logger.error("%s cannot be started: %s; next try in %d s", name(number), error, LONGEST_PAUSE)
                self.due[number] = self.clock() + LONGEST_PAUSE

    def _heard(self, worker: Worker) -> None:
        """The process gave signs of life, or is gone (end of file)."""
        alive = bool(os.read(worker.pipe, 512))
        if not alive:
            self.selector.unregister(worker.pipe)
            os.close(worker.pipe)
        worker.ready |= alive
        if self.workers.get(worker.number) is worker:
            worker.deadline = self.clock() + SILENCE if alive else float("inf")
            worker.silent = False
        if self.coming and all(coming.ready for coming in self.coming.values()):
            self._replace()

    def _look_after(self) -> None:
        """Handle processes that ended or took too long."""
        for worker in [*self.workers.values()]:
            if worker.process.poll() is not None:
                del self.workers[worker.number]
                self._died(worker)
            elif worker.deadline <= self.clock() and not worker.silent:
                worker.deadline, worker.silent = self.clock() + LAST_CHANCE, True
            elif worker.deadline <= self.clock():
                logger.error(
                    "%s (process %d) %s; it is killed",
                    worker,
                    worker.process.pid,
                    "hangs" if worker.ready else "was not ready in time",
                )
                worker.deadline = float("inf")
                worker.process.kill()
        for worker in [*self.leaving]:
            if worker.process.poll() is not None:
                self.leaving.remove(worker)
            elif worker.deadline <= self.clock():
                logger.warning("%s does not stop; it is killed", worker)
                worker.deadline = float("inf")
                worker.process.kill()
        self._tell()
        for worker in self.coming.values():
            if worker.process.poll() is not None or worker.deadline <= self.clock():
                logger.error("reload given up: a new worker %s; the old ones go on", how(worker.process.poll()))
                self._give_up()
                break
        if self.preparing is not None and self.preparing.poll() is not None:
            self._prepared(self.preparing)
        self._close_lines()

    def _died(self, worker: Worker) -> None:
        if self.stopping:
            return
        early = self.clock() - worker.started < SETTLED
        deaths = self.deaths[worker.number] = self.deaths.get(worker.number, 0) + 1 if early else 0
        pause = min(FIRST_PAUSE * 2 ** (deaths - 1), LONGEST_PAUSE) if deaths else 0.0
        self.due[worker.number] = self.clock() + pause
        if pause >= LONG and worker.number != AUTHORS and self.workers.keys() - {AUTHORS}:
            # Connections queued there would wait too long: from now on the others get all.
            with contextlib.suppress(OSError):
                old, self.sockets[worker.number] = self.sockets[worker.number], another(self.sockets[worker.number])
                old.close()
        logger.error(
            "%s (process %d) %s; another starts %s",
            worker,
            worker.process.pid,
            how(worker.process.returncode),
            f"in {pause:g} s" if pause else "now",
        )

    def _leave(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.deadline = self.clock() + GRACE
        self.leaving += workers
        self._tell()

    def _tell(self) -> None:
        """Signal workers at once; the authors' process when no worker is left that may use it."""
        asking = {id(worker.line) for worker in self.leaving if worker.number != AUTHORS}
        for worker in self.leaving:
            if not worker.told and (worker.number != AUTHORS or id(worker.line) not in asking):
                worker.told = True
                worker.process.terminate()

    def _close_lines(self) -> None:
        used = {id(worker.line) for worker in [*self.coming.values(), *self.leaving]}
        for line in self.other_lines[:]:
            if id(line) not in used:
                self.other_lines.remove(line)
                line.close()

    def _stop(self) -> None:
        if self.stopping:
            for worker in self.leaving:
                worker.process.kill()
            return
        self.stopping = True
        self.due.clear()
        if self.preparing is not None:
            self.preparing.terminate()
        self._leave([*self.workers.values(), *self.coming.values()])
        self.workers, self.coming = {}, {}

    # --- reload -------------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        if self.preparing is not None or self.coming:
            logger.warning("a reload is already running")
            return
        logger.warning("reload: reading the settings again and migrating the database")
        try:
            self.preparing = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "serve", "--prepare"],
                cwd=ROOT,
                env=without(SECRETS),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,  # the plan: it fits into a pipe's buffer
            )
        except OSError as error:
            logger.error("reload given up: %s; the old workers go on", error)
            return
        hand_over(self.preparing, given=self.plan.secrets)

    def _prepared(self, process: subprocess.Popen[bytes]) -> None:
        self.preparing = None
        assert process.stdout is not None
        with process.stdout as out:
            told = out.read()
        if self.stopping:
            return
        if process.returncode:
            logger.error("reload given up: the preparation %s; the old workers go on", how(process.returncode))
            return
        try:
            plan = self.next_plan = replace(Plan.load(told), secrets=self.plan.secrets)
        except ValueError as error:
            logger.error("reload given up: %s; the old workers go on. Restart the server", error)
            return
        if (plan.address, plan.workers) != (self.plan.address, self.plan.workers):
            logger.warning(
                "HOST, PORT and ICONTROL_WORKERS change with a restart only; this server stays %r", self.plan
            )
            plan = self.next_plan = replace(plan, address=self.plan.address, workers=self.plan.workers)
        try:
            line = Line.new()
            self.other_lines.append(line)
            for number in plan.numbers:
                worker = self.coming[number] = self._start(number, plan, line)
                worker.deadline = self.clock() + START
        except OSError as error:
            logger.error("reload given up: %s; the old workers go on", error)
            self._give_up()

    def _replace(self) -> None:
        assert self.next_plan is not None
        old, self.workers, self.coming = self.workers, self.coming, {}
        self.plan, self.next_plan = self.next_plan, None
        self.other_lines.append(self.line)
        self.line = self.workers[AUTHORS].line
        self.other_lines.remove(self.line)
        self.due.clear()
        self.deaths.clear()
        for worker in self.workers.values():
            worker.deadline = self.clock() + SILENCE
        self._leave([*old.values()])
        logger.warning("reloaded: %d new workers answer", self.plan.workers)

    def _give_up(self) -> None:
        coming, self.coming, self.next_plan = self.coming, {}, None
        self._leave([*coming.values()])


def terminal_is_gone(stdin: int = 0) -> bool:
    """Whether the server's terminal has been closed, which also sends SIGHUP."""
    try:
        termios.tcgetattr(stdin)
    except termios.error as error:
        return error.args[0] == errno.EIO
    return False


def name(number: int) -> str:
    return "the authors' process" if number == AUTHORS else f"worker {number}"


def how(code: int | None) -> str:
    """A description of how a process ended, from its exit code."""
    if code is None:
        return "was not ready in time"
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def main() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine())
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    with os.fdopen(int(sys.argv[1]), "rb") as pipe:
        plan = Plan.load(pipe.read())
    first = socket.socket(fileno=int(sys.argv[2]))
    first.set_inheritable(False)
    sockets = {1: first} | {number: another(first) for number in range(2, plan.workers + 1)}
    Supervisor(plan, sockets).run()


if __name__ == "__main__":
    main()
