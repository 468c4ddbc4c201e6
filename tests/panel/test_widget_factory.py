"""Widgets that share their layout and style, and are shown and hidden by a class."""

from __future__ import annotations

import ipywidgets as w

from nbflow.panel.widget_factory import HIDDEN, build, hide


def test_widgets_of_a_kind_share_what_nobody_changes():
    one, other, box = build(w.HTML, "one"), build(w.HTML, "other", css="a b"), build(w.VBox)
    assert one.layout is other.layout is box.layout
    assert one.style is other.style
    assert (one.value, other.value, other._dom_classes) == ("one", "other", ("a", "b"))


def test_one_is_hidden_and_the_others_stay():
    one, other = build(w.HTML), build(w.HTML)
    hide(one)
    assert (is_hidden(one), is_hidden(other)) == (True, False)
    hide(one, unless="a reason")
    assert not is_hidden(one)


def test_widgets_are_made_anew_after_a_user_closed_all():
    before = build(w.HTML).layout
    before.close()
    after = build(w.HTML).layout
    assert after is not before
    assert after.comm is not None


def is_hidden(widget):
    return HIDDEN in widget._dom_classes
