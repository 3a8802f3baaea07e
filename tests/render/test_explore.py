"""What a browser gets that lets readers question a chart: data, sentences, controls, and no code or address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from test_charts import COLUMNS, CONTRIBUTIONS, FRENCH, GROUPED, LINES, PLOTS, all_points, make_plot, point

from generator.model import Panel, Plot
from generator.output.charts import MemoryCharts
from generator.render.explore import ExploreWords, explore_spec, vega_bundle

WORDS = ExploreWords("Afficher", "Tout", "Mettre en évidence", "Rien", "Ordre", "Comme publié", "Par importance")


@pytest.fixture(scope="module")
def cache() -> MemoryCharts:
    return MemoryCharts()


@pytest.fixture(params=[f"{id}-{width}" for id in PLOTS for width in ("wide", "narrow")])
def compiled(request: pytest.FixtureRequest, cache: MemoryCharts) -> tuple[Plot, str]:
    id, width = request.param.split("-")
    return PLOTS[id], explore_spec(PLOTS[id], width, FRENCH, WORDS, cache).decode()


def marks(part: object) -> Iterator[dict[str, object]]:
    if isinstance(part, dict):
        if "encode" in part and "type" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from marks(each)


def test_every_mark_is_in_the_data_with_its_sentence(compiled: tuple[Plot, str]) -> None:
    plot, text = compiled
    rows = next(each["values"] for each in json.loads(text)["data"] if "values" in each)
    assert [(row["sentence"], row["printed"], row["number"]) for row in rows] == [
        (each.sentence, each.printed, None if each.number is None else float(each.number)) for each in all_points(plot)
    ]
    shown = [mark for mark in marks(json.loads(text)) if "tooltip" in mark["encode"].get("update", {})]
    assert shown
    for mark in shown:
        update = mark["encode"]["update"]
        assert "sentence" in update["tooltip"]["signal"]
        assert "sentence" in update["description"]["signal"]


def test_it_asks_for_nothing_from_elsewhere(compiled: tuple[Plot, str]) -> None:
    text = re.sub(r'"\$schema":"[^"]*"', "", compiled[1])
    assert "http" not in text
    assert '"url"' not in text


def test_it_speaks_the_language_of_the_page(compiled: tuple[Plot, str]) -> None:
    plot, text = compiled
    spec = json.loads(text)
    assert spec["config"]["locale"]["number"]["decimal"] == ","
    assert spec["description"] == plot.title
    controls = {signal["bind"]["name"] for signal in spec["signals"] if "bind" in signal}
    assert controls <= {"Afficher", "Mettre en évidence", "Ordre"}


def test_only_choices_that_choose_are_offered(cache: MemoryCharts) -> None:
    def offered(plot: Plot) -> list[str]:
        spec = json.loads(explore_spec(plot, "wide", FRENCH, WORDS, cache))
        return [signal["bind"]["name"] for signal in spec["signals"] if "bind" in signal]

    assert offered(CONTRIBUTIONS) == ["Afficher", "Mettre en évidence", "Ordre"]
    assert offered(LINES) == ["Mettre en évidence"]
    assert offered(COLUMNS) == ["Mettre en évidence", "Ordre"]
    assert offered(GROUPED) == ["Mettre en évidence", "Ordre"]


@pytest.mark.parametrize("kind", ["bars", "columns", "lines"])
@pytest.mark.parametrize("numbers", [(), (None,), ("0",), ("-3", "-4.5"), ("1e9", "-1"), ("0.0004",)])
def test_odd_data_are_compiled(kind: str, numbers: tuple[str | None, ...]) -> None:
    points = tuple(point(f"k{rank}", each, label='O\'Brien "x" \\ </script>') for rank, each in enumerate(numbers))
    plot = make_plot(kind, Panel("L'un", "", "", points, 1), Panel('"autre"', "%", "", points, 1))
    for width in ("wide", "narrow"):
        import vl_convert

        spec = json.loads(explore_spec(plot, width, FRENCH, WORDS, MemoryCharts()))
        assert vl_convert.vega_to_svg(spec, allowed_base_urls=[]).startswith("<svg")


def test_it_is_compiled_once(cache: MemoryCharts, monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    first = explore_spec(LINES, "wide", FRENCH, WORDS, cache)
    monkeypatch.setattr(vl_convert, "vegalite_to_vega", None)
    assert explore_spec(LINES, "wide", FRENCH, WORDS, cache) == first


def test_the_programme_is_one_module_that_exports_one_function(cache: MemoryCharts) -> None:
    bundle = vega_bundle(cache)
    assert bundle == vega_bundle(MemoryCharts())
    exports = re.findall(r"\bexport\s*\{([^}]*)\}", bundle.decode())
    assert exports == ["embed as embed"]
    assert not re.search(r"\bimport\s*[\"'{(*]", re.sub(r"\bimport\.meta", "", bundle.decode()[-4000:]))
    assert len(bundle) < 1_000_000
