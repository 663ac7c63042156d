"""Few texts at a time: one caller on all cores, several side by side."""

from __future__ import annotations

import threading

from astrosearch.encoder.requests import Requests


class Compiled:
    """Stands in for a compiled graph: names its requests."""

    def __init__(self, name: str, requests: int = 1) -> None:
        self.name, self.requests, self.made = name, requests, 0

    def create_infer_request(self) -> str:
        self.made += 1
        return f"{self.name} {self.made}"

    def get_property(self, name: str) -> int:
        assert name == "OPTIMAL_NUMBER_OF_INFER_REQUESTS"
        return self.requests


def test_a_lone_caller_has_all_cores_and_nothing_more_is_compiled():
    requests = Requests(Compiled("alone"), lambda: (_ for _ in ()).throw(AssertionError))
    for _ in range(3):
        with requests.taken() as request:
            assert request == "alone 1"


def test_callers_that_meet_have_requests_of_their_own():
    requests = Requests(Compiled("alone"), lambda: Compiled("shared", 2))
    with requests.taken() as first, requests.taken() as second, requests.taken() as third:
        assert (first, {second, third}) == ("alone 1", {"shared 1", "shared 2"})
    with requests.taken() as request:
        assert request == "alone 1"


def test_a_caller_waits_where_all_requests_are_taken():
    requests = Requests(Compiled("alone"), lambda: Compiled("shared", 1))
    seen: list[str] = []
    entered = threading.Event()

    def third() -> None:
        entered.set()
        with requests.taken() as request:
            seen.append(request)

    with requests.taken():
        with requests.taken() as second:
            waiting = threading.Thread(target=third)
            waiting.start()
            entered.wait()
            assert seen == []
        waiting.join(timeout=30)
        assert seen == [second]


def test_an_error_gives_the_request_back():
    requests = Requests(Compiled("alone"), lambda: Compiled("shared", 1))
    for _ in range(2):
        try:
            with requests.taken(), requests.taken():
                raise ValueError
        except ValueError:
            continue
    with requests.taken() as one, requests.taken() as other:
        assert {one, other} == {"alone 1", "shared 1"}
