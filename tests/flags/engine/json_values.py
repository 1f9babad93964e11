"""Any JSON value, and those that break careless readers."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = st.sampled_from(
    ["", "\ud800", "a\udfff", "1e400", "-0", "١", "１.0.0", "1" * 5000, "::ffff:0:0:0:0:0:0:0", "2026-13-40", "9" * 70]
    + [10**400, -(10**30), 2**53, 1e308, -0.0, float("nan"), float("inf"), True, None]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
