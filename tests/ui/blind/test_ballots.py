"""From a key to a pane: the letter that is seen is the one that is voted for, in any order."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from textchat.ui.blind.ballot import Rival, Verdict
from textchat.ui.blind.ranking import Ranking
from textchat.ui.blind.vote_dialog import rows_for

RIVALS = st.permutations("ABCDEFGH").flatmap(
    lambda letters: st.integers(2, 8).map(lambda count: [Rival(f"pane of {each}", each) for each in letters[:count]])
)


@given(RIVALS)
def test_each_key_stands_for_one_row(rivals: Sequence[Rival]) -> None:
    keys = {key: ballot for keys, _, _, ballot in rows_for(rivals) for key in keys}
    assert sum(len(each) for each, *_ in rows_for(rivals)) == len(keys)
    for number, rival in enumerate(rivals, start=1):
        assert keys[rival.letter.casefold()].pane_id == keys[str(number)].pane_id == f"pane of {rival.letter}"
    assert keys["="].verdict is Verdict.TIE
    assert keys["0"].verdict is Verdict.NONE
    assert keys["-"].verdict is Verdict.REVEAL
    assert ("+" in keys) == (len(rivals) > 2)


STEPS = st.lists(
    st.one_of(
        st.sampled_from("ABCDEFGH"),
        st.tuples(st.integers(0, 7), st.sampled_from([-1, 1])),
        st.integers(0, 7),
    ),
    max_size=20,
)


@settings(max_examples=examples(200), deadline=None)
@given(RIVALS, STEPS)
def test_a_ranking_always_has_a_place_for_each(rivals: Sequence[Rival], steps: Sequence[object]) -> None:
    ranking = Ranking(rivals)
    for step in steps:
        match step:
            case str(letter):
                ranking.type_letter(letter)
            case int(row) if row < len(rivals):
                ranking.tie(row)
            case (int(row), int(by)) if row < len(rivals):
                assert 0 <= ranking.shift(row, by) < len(rivals)
    places = ranking.places
    assert places.keys() == {rival.pane_id for rival in rivals}
    in_order = [places[rival.pane_id] for rival in ranking.order]
    assert in_order[0] == 1
    for row, place in enumerate(in_order):
        assert place == (in_order[row - 1] if ranking.is_tied(row) else row + 1)


@given(RIVALS, st.data())
def test_letters_typed_in_an_order_are_that_order(rivals: Sequence[Rival], data: st.DataObject) -> None:
    wanted = data.draw(st.permutations([rival.letter for rival in rivals]))
    ranking = Ranking(rivals)
    for letter in wanted:
        ranking.type_letter(letter)
    assert [rival.letter for rival in ranking.order] == wanted
    assert ranking.type_letter("?") is None
