"""The measure of growth that other tests lean on. In: work whose growth is known. Out: told from what is linear, or not."""

from collections.abc import Callable

from tests.core.builders import LINEAR, grows_like


def test_work_that_grows_with_the_square_is_told() -> None:
    def work(n: int) -> Callable[[], object]:
        return lambda: sum(1 for _ in range(n) for _ in range(n))

    assert grows_like(work, least=16) > LINEAR


def test_work_that_grows_with_the_text_is_let_through() -> None:
    def work(n: int) -> Callable[[], object]:
        return lambda: sorted(str(at) for at in range(n))

    assert grows_like(work) <= LINEAR
