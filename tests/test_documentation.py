"""The documentation says what the code does."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from pydantic import BaseModel

from clime_core.model.bases.classifier_settings import ClassifierSettings
from clime_core.model.predictor.predictor_settings import PredictorSettings, TargetSettings, WordChannelSettings
from clime_core.model.refinement.refine_settings import RefineSettings
from clime_core.model.selection.strategies import STRATEGIES
from clime_core.round.campaign_round import RoundSettings
from clime_core.scheduling.policies import POLICIES
from ml_backend.campaign_file import Campaign
from ml_backend.cli.commands import COMMANDS as OUTLINES
from ml_backend.cli.commands import LazyCommand
from ml_backend.installation import open_installation
from ml_backend.metrics import Metrics
from ml_backend.settings import Settings
from ml_backend.web.app import create_app

ROOT = Path(__file__).parent.parent
CAMPAIGN = (ROOT / "docs" / "campaign.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
COMMANDS = {name: LazyCommand(name, outline).load() for name, outline in OUTLINES.items()}
PACKAGES = ("clime_core", "ml_backend")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts
)


def section(text: str, heading: str) -> str:
    """The part of a page under a heading."""
    found = re.search(rf"^## `?\[?{re.escape(heading)}\]?`?$(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found, heading
    return found[1]


def first_cells(text: str) -> set[str]:
    """The names in the first column of the tables."""
    return set(re.findall(r"^\| `([^`]+)`", text, re.M))


def test_every_setting_is_documented_and_no_other() -> None:
    """The table of variables is the class of settings."""
    assert first_cells(section(OPERATING, "Settings")) == {f"CLIME_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("table", ["label_studio", "languages", "task", "data", "work"])
def test_every_campaign_field_is_documented_and_no_other(table: str) -> None:
    """Each table of the campaign file."""
    part = Campaign.model_fields[table].annotation
    assert isinstance(part, type)
    assert issubclass(part, BaseModel)
    assert first_cells(section(CAMPAIGN, table)) == set(part.model_fields)


def test_the_defaults_in_the_campaign_table_are_the_codes() -> None:
    """Numbers and words in the column of defaults."""
    rows = dict(re.findall(r"^\| `(\w+)` \| `?([^|`]*?)`? \|", section(CAMPAIGN, "work"), re.M))
    part = Campaign.model_fields["work"].annotation
    assert part is not None
    for name, field in part.model_fields.items():
        default = field.default
        if isinstance(default, float | int):
            default = f"{default}".lower() if isinstance(default, bool) else f"{default:g}"
        elif name == "policy":
            default = default["name"]
        elif not default:
            default = ""
        assert rows.get(name, "") == default, name


def test_every_round_setting_is_documented_and_no_other() -> None:
    """The round's own, and those of the tables below it."""
    text = section(CAMPAIGN, "round")
    own = {field.name for field in fields(RoundSettings)} - {"classifier", "predictor", "refine"}
    assert first_cells(text) == own
    for kind in (ClassifierSettings, PredictorSettings, WordChannelSettings, TargetSettings, RefineSettings):
        assert all(f"`{field.name}`" in text for field in fields(kind)), kind


def test_every_way_to_choose_documents_is_documented_and_no_other() -> None:
    """The table of values of `selection`."""
    assert first_cells(section(CAMPAIGN, "Which documents are asked")) == set(STRATEGIES)


def test_every_policy_is_documented_with_its_values_and_no_other() -> None:
    """The table of policies; those that learn are called experimental."""
    text = section((ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8"), "Policies")
    assert first_cells(text) == set(POLICIES)
    for name, kind in POLICIES.items():
        row = re.search(rf"^\| `{name}` \|.*$", text, re.M)
        assert row is not None
        for field in fields(kind):  # type: ignore[arg-type]  # every policy is a dataclass
            assert f"`{field.name}` ({field.default:g})" in row[0], (name, field.name)
        assert ("experimental" in row[0]) == kind.experimental


@pytest.mark.parametrize(("table", "kind"), [("words", WordChannelSettings), ("target", TargetSettings)])
def test_the_defaults_of_the_predictor_are_the_codes(table: str, kind: type) -> None:
    """Each setting is followed by its default, in brackets."""
    paragraph = section(CAMPAIGN, "round").split(f"`[round.predictor.{table}]`")[1].split("\n\n")[0]
    for field in fields(kind):
        default = list(field.default) if isinstance(field.default, tuple) else f"{field.default:g}"
        assert re.search(rf"`{field.name}` \({re.escape(str(default))}[,)]", paragraph), field.name


def test_every_route_is_documented_and_no_other(tmp_path: Path) -> None:
    """The table of routes is the application's."""
    installation = open_installation(Settings(data_dir=tmp_path))
    rules = create_app(installation).url_map.iter_rules()
    routes = {f"{method} {rule.rule}" for rule in rules for method in (rule.methods or set()) & {"GET", "POST"}}
    installation.close()
    assert first_cells(section(OPERATING, "Routes")) == routes


def test_every_metric_is_documented() -> None:
    """The names that Prometheus sees."""
    names = {metric.name for metric in Metrics().registry.collect()}
    documented = set(re.findall(r"`(clime_\w+?)(?:_total)?`", section(OPERATING, "Metrics")))
    assert documented == names


def test_every_command_is_documented_and_no_other() -> None:
    """The table of commands is the program's."""
    named = re.findall(r"`clime ([a-z-]+)", section(OPERATING, "Commands"))
    assert sorted(named) == sorted(COMMANDS)


def test_the_readmes_commands_take_the_flags_it_shows() -> None:
    """Each `clime ...` line in a shell block parses as far as its options go."""
    for line in re.findall(r"^clime (.+?)(?: >.*)?$", README, re.M):
        name, *words = line.split()
        options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, line


def test_links_between_documents_lead_somewhere() -> None:
    """No page points to a file that is not there."""
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "label_config" / "README.md"]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_questions_of_newcomers_lead_to_files() -> None:
    """At least ten questions, each a question, and each answered by a file that exists."""
    answers = re.findall(r"^- (.+) `([^`]+)`$", section(ARCHITECTURE, "Where is ...?"), re.M)
    assert len(answers) >= 10
    for question, path in answers:
        assert question.endswith("?"), question
        assert (ROOT / path).is_file(), f"{question} {path}"


def tree_of(package: str) -> set[str]:
    """The paths that the tree of a package names, relative to the root; a folder ends in a slash."""
    found = re.search(rf"^```\n{package}/\n(.*?)^```", ARCHITECTURE, re.M | re.S)
    assert found, package
    paths, folders = set(), [f"{package}/"]
    for line in found[1].splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.split()[0]
        del folders[depth:]
        path = "".join(folders) + name
        paths.add(path)
        if name.endswith("/"):
            folders.append(name)
    return paths


@pytest.mark.parametrize("package", PACKAGES)
def test_the_tree_names_exactly_the_modules_that_exist(package: str) -> None:
    """Neither a module that is gone nor one that nobody described; `__init__.py` is left out."""
    named = tree_of(package)
    modules = {str(path.relative_to(ROOT)) for path in MODULES if path.is_relative_to(ROOT / package)}
    assert {name for name in named if name.endswith(".py")} == {
        name for name in modules if not name.endswith(("__init__.py", "migrations/env.py"))
    }
    assert all((ROOT / name).is_dir() for name in named if name.endswith("/"))


def test_every_module_that_the_glossary_names_exists() -> None:
    """The last column of the table of words."""
    modules = re.findall(r"\| `([^`]+\.py)` \|$", GLOSSARY, re.M)
    words = re.findall(r"^\| (?!word \||---)[^`|]+ \|.*\|$", GLOSSARY.split("## Retired words")[0], re.M)
    assert len(modules) == len(words) > 50
    assert [module for module in modules if not (ROOT / module).is_file()] == []


def retired_words() -> set[str]:
    """The words of the table of retired words."""
    words = set(re.findall(r"^\| `(\w+)` \|", section(GLOSSARY, "Retired words"), re.M))
    assert len(words) > 10
    return words


def names_in(tree: ast.AST) -> Iterator[str]:
    """The names of classes, functions, arguments, variables and attributes that are defined in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name


def parts(name: str) -> set[str]:
    """The words of a name: `open_URLMap2` has open, url, map and 2."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("CampaignSnapshot", {"campaign", "snapshot"}),
        ("_read_URLMap2", {"read", "url", "map", "2"}),
        ("MAX_A", {"max", "a"}),
    ],
)
def test_a_name_is_taken_apart(name: str, words: set[str]) -> None:
    """By capitals, underscores and digits."""
    assert parts(name) == words


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_retired_word_is_in_a_name(path: Path) -> None:
    """Neither the module nor what it defines. Strings may hold them: stored keys keep their names."""
    names = {*path.relative_to(ROOT).with_suffix("").parts, *names_in(ast.parse(path.read_text(encoding="utf-8")))}
    assert {name for name in names if parts(name) & retired_words()} == set()
