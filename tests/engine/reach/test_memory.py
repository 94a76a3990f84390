from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from linli.engine.reach.memory import Memory


def test_memory_comes_back_only_when_the_last_view_has_gone():
    memory = Memory()
    array, used = memory.empty(1000, np.int32)
    assert (array.size, array.dtype, used) == (1000, np.int32, False)
    assert array.ctypes.data % 64 == 0
    array[:] = 7
    view = array.reshape(10, 100).T[3:]
    del array
    other, used = memory.empty(1000, np.int32)
    assert not used
    other[:] = 8
    assert (view == 7).all()
    where = view.base.ctypes.data
    del view
    again, used = memory.empty(1000, np.int32)
    assert used
    assert again.ctypes.data == where
    assert (other == 8).all()


def test_memory_of_another_size_or_too_large_is_not_used():
    memory = Memory()
    array, _ = memory.empty(1000, np.uint16)
    del array
    assert not memory.empty(1001, np.uint16)[1]
    for _ in range(2):
        array, used = memory.empty(40 << 20, np.uint8)
        assert not used
        del array


def test_threads_never_share_memory():
    memory = Memory()

    def work(mark):
        for _ in range(200):
            array, _ = memory.empty(500, np.int64)
            array[:] = mark
            if not (array == mark).all():
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
