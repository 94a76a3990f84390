"""Claims with numbers: `script/bench` runs them all, `script/bench reach` one."""
