from __future__ import annotations

from linli.engine.streets.progress import BarProgress


def test_bar_progress_is_silent_where_there_is_no_terminal(capsys):
    with BarProgress() as report:
        report("read the map", 0.5)
        report("build the network", 0.2)
        report("read the map", 1.0)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == ""
