from __future__ import annotations

import pytest
import yaml

from emnist_device.forms import yaml_nodes
from emnist_device.forms.yaml_nodes import Node, TemplateError, parse_yaml


@pytest.fixture(params=["libyaml", "python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either of PyYAML's parsers."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    elif not hasattr(yaml, "CSafeLoader"):
        pytest.skip("PyYAML is built without libyaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("007", 7),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("1.", 1.0),
        (".", "."),
        (".inf", ".inf"),
        ("'7'", "7"),
        ('"true"', "true"),
        ("a b", "a b"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(loader: None, text: str, value: object) -> None:
    content = parse_yaml(text).content
    assert (type(content), content) == (type(value), value)
    assert parse_yaml(f"[{text}]").content == [Node(content, 1, text.strip("'\""))]


def test_values_know_the_lines_of_their_keys(loader: None) -> None:
    root = parse_yaml("# comment\na: 1\nb:\n\n  c:\n  - 2\n  - {d: 3}\n").content
    assert isinstance(root, dict)
    assert (root["a"].line, root["b"].line) == (2, 3)
    inner = root["b"].content
    assert isinstance(inner, dict)
    assert inner["c"].line == 5
    items = inner["c"].content
    assert isinstance(items, list)
    assert [item.line for item in items] == [6, 7]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: &b [1]\nc: *b", 1, "anchors"),
        ("a: 1\nc: *b", 2, "aliases"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag tag:yaml.org,2002:python/object"),
        ("a: !!str 1", 1, "tag"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: 1\nb: 2\na: 3", 3, "'a' is there already, in line 1"),
        ("[" * 21, 1, "nested over 20 deep"),
        ("- " * 21, 1, "nested over 20 deep"),
        ("? [a]\n: 1", 1, "a key is no text"),
        ("a: [1\nb: 2", 2, "is no YAML"),
        ("a: \x01", 1, "is no YAML"),
        (f"a: {'9' * 31}", 1, "a number has 31 characters"),
    ],
)
def test_what_is_not_read_is_refused(loader: None, text: str, line: int, words: str) -> None:
    with pytest.raises(TemplateError) as caught:
        parse_yaml(text)
    assert (caught.value.line, words in caught.value.message) == (line, True), caught.value.message


def test_there_are_no_more_values_than_templates_have(
    loader: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_nodes, "_MOST_NODES", 50)
    parse_yaml("a: 1\n" + "".join(f"b{number}: 1\n" for number in range(20)))
    for text in (f"[{'1,' * 50}]", "{" + "".join(f"a{number}: 1, " for number in range(26)) + "}"):
        with pytest.raises(TemplateError, match="over 50 values"):
            parse_yaml(text)


def test_nothing_is_null(loader: None) -> None:
    assert [parse_yaml(text).content for text in ("", "# nothing", "\n\n")] == [None] * 3
