"""Settings: where they come from, which of them hold for a file, and what is said of those that cannot be used."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from lossguard.config import Closest, Config, ConfigError, find, load, selected
from lossguard.settings import FIELDS, schema
from lossguard.toml import row_of
from tests.test_cli import RIGHT, WRONG, Ran, lossguard

ROOT = Path(__file__).parents[1]
# LG401 with an epsilon is a remark, LG401 without one a warning.
REMARK = "def f(x):\n    return (x.softmax(1) + 1e-8).log()\n"


def written(folder: Path, **files: str) -> None:
    """Write files; `a__b_py` stands for a/b.py, and `settings` for lossguard.toml."""
    for name, text in files.items():
        path = folder / (
            "lossguard.toml" if name == "settings" else name.replace("__", "/").replace("_py", ".py").replace("_toml", ".toml")
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def concise(folder: Path, *options: str) -> list[tuple[str, str]]:
    """The files and codes of the findings."""
    ran = lossguard("check", "--output-format", "concise", "--no-cache", *options, cwd=folder)
    assert ran.status in {0, 1}, ran.err
    return [(line.split(":")[0], line.split(": ")[1].split()[0]) for line in ran.out.splitlines()[:-1]]


@pytest.mark.parametrize("name", [".lossguard.toml", "lossguard.toml", "pyproject.toml"])
def test_three_files_may_hold_settings(name: str, tmp_path: Path) -> None:
    header = "[tool.lossguard]\n" if name == "pyproject.toml" else ""
    (tmp_path / name).write_text(f'{header}ignore = ["LG1"]\n', encoding="utf-8")

    assert find(tmp_path / "a" / "b").ignore == ("LG1",)


def test_the_dotted_file_comes_first_and_a_pyproject_about_other_tools_is_passed_by(tmp_path: Path) -> None:
    written(tmp_path, settings='ignore = ["LG1"]')
    (tmp_path / ".lossguard.toml").write_text('ignore = ["LG2"]')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "pyproject.toml").write_text("[tool.other\n")  # broken, but not ours

    assert find(tmp_path / "sub").ignore == ("LG2",)


def test_the_closest_file_holds_for_each_file_and_nothing_above_it(tmp_path: Path) -> None:
    written(tmp_path, settings='ignore = ["LG101"]', a_py=WRONG, sub__b_py=WRONG, sub__lossguard_toml="", sub__deep__c_py=WRONG)

    assert concise(tmp_path) == [("sub/b.py", "LG101"), ("sub/deep/c.py", "LG101")]


def test_a_file_may_extend_another_and_paths_keep_their_folders(tmp_path: Path) -> None:
    written(
        tmp_path,
        settings='ignore = ["LG2"]\ncontracts = ["stubs"]\nexclude = ["/old.py"]\nextend-ignore = ["LG5"]\n',
        sub__lossguard_toml='extend = "../lossguard.toml"\nextend-ignore = ["LG4"]\nextend-exclude = ["/old.py"]\n',
    )
    config = find(tmp_path / "sub")

    assert (config.ignore, config.extend_ignore) == (("LG2",), ("LG5", "LG4"))
    assert config.contract_folders == (tmp_path / "stubs",)
    assert config.excluded == ((tmp_path, "/old.py"), (tmp_path / "sub", "/old.py"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selct = []", "1: unknown setting `selct`; did you mean `select`?"),
        ("\nextend_select = []", "2: unknown setting `extend_select`; did you mean `extend-select`?"),
        ("zzz = 1", "1: unknown setting `zzz`; there are baseline, contracts, exclude,"),
        ("select = 'LG1'", "1: `select`: expected a list, got a string"),
        ("ignore = ['LG1', 2]", "1: `ignore`: expected a string, got a number at [1]"),
        ("force-exclude = 'yes'", "1: `force-exclude`: expected true or false, got a string"),
        ("fail-on = 'fatal'", "1: `fail-on`: 'fatal' is none of error, warning, info\n"),
        ("severity = 1", "1: `severity`: expected a table, got a number"),
        (
            "[severity]\nLG1 = 'error'\nLG2 = 'warnin'",
            "3: `severity.LG2`: 'warnin' is none of error, warning, info, off; did you mean 'warning'?",
        ),
        ("severity.LG1 = 'error'\nseverity.LG2 = 3", "2: `severity.LG2`: expected a string, got a number"),
        ("severity = { LG1 = 3 }", "1: `severity.LG1`: expected a string, got a number"),
        ("[per-file-ignores]\n'a.py' = ['LG1']\n\"b.py\" = 'LG1'", "3: `per-file-ignores.b.py`: expected a list, got a string"),
        ("a = 1\na = 2", "2: Cannot overwrite a value"),
        ("extend = 'nowhere.toml'", "1: `extend` names nowhere.toml, which is no file"),
        ("extend = 'lossguard.toml'", "1: `extend` goes in a circle"),
        ("\nselect = ['LG101', 'LG999']", "2: unknown rule `LG999`; `lossguard rules` lists them"),
        (
            "[per-file-ignores]\n'a.py' = ['softmax-in-cross-entropy']",
            "1: unknown rule `softmax-in-cross-entropy`; did you mean `softmax-into-cross",
        ),
    ],
)
def test_what_cannot_be_used_is_said_with_its_row(text: str, message: str, tmp_path: Path) -> None:
    written(tmp_path, settings=text)
    ran = lossguard("check", cwd=tmp_path)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert ran.err.startswith(f"lossguard: {tmp_path}/lossguard.toml:{message}")


def test_a_faulty_file_further_down_is_an_error_too(tmp_path: Path) -> None:
    written(tmp_path, a_py=RIGHT, sub__b_py=RIGHT, sub__lossguard_toml='ignore = ["LG999"]')

    assert lossguard("check", cwd=tmp_path).err.startswith(f"lossguard: {tmp_path}/sub/lossguard.toml:1: unknown rule")


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ((), []),
        (("--select", "ALL"), ["LG401"]),
        (("--select", "LG4"), ["LG401"]),
        (("--select", "LG401"), ["LG401"]),
        (("--extend-select", "log-of-softmax"), ["LG401"]),
        (("--extend-select", "LG1"), []),
        (("--severity", "LG401=warning"), ["LG401"]),
        (("--severity", "LG4=error"), ["LG401"]),
        (("--severity", "LG401=info"), []),
        (("--select", "LG401", "--severity", "LG401=off"), []),
    ],
)
def test_remarks_are_for_those_who_ask(options: tuple[str, ...], shown: list[str], tmp_path: Path) -> None:
    written(tmp_path, a_py=REMARK)

    assert [code for _, code in concise(tmp_path, *options)] == shown


@pytest.mark.parametrize(
    ("options", "status"),
    [
        (("--select", "ALL"), 0),
        (("--select", "ALL", "--fail-on", "info"), 1),
        (("--severity", "LG401=warning"), 1),
        (("--severity", "LG401=warning", "--fail-on", "error"), 0),
        (("--severity", "LG401=error", "--fail-on", "error"), 1),
        (("--severity", "LG401=error", "--exit-zero"), 0),
    ],
)
def test_what_is_bad_enough_to_fail_for_is_a_setting(options: tuple[str, ...], status: int, tmp_path: Path) -> None:
    written(tmp_path, a_py=REMARK)

    assert lossguard("check", *options, cwd=tmp_path).status == status


@pytest.mark.parametrize(
    ("config", "kept"),
    [
        (Config(), True),
        (Config(select=("LG4",)), False),
        (Config(select=("LG4",), extend_select=("LG101",)), True),
        (Config(ignore=("LG1",), extend_select=("LG101",)), True),
        (Config(select=("LG101",), extend_ignore=("softmax-into-cross-entropy",)), False),
        (Config(extend_ignore=("LG1",)), False),
    ],
)
def test_the_most_exact_selector_decides(config: Config, *, kept: bool) -> None:
    assert selected(config, "LG101", "softmax-into-cross-entropy") is kept


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("b.py", ["a.py"]),
        ("sub/", ["a.py"]),
        ("/a.py", ["sub/b.py"]),
        ("*.py", []),
        ("!sub/", ["sub/b.py"]),
        ("nowhere/*", ["a.py", "sub/b.py"]),
    ],
)
def test_rules_can_be_left_out_file_by_file(pattern: str, left: list[str], tmp_path: Path) -> None:
    written(tmp_path, a_py=WRONG, sub__b_py=WRONG, settings=f'[per-file-ignores]\n"{pattern}" = ["LG101"]\n')
    assert [file for file, _ in concise(tmp_path)] == left

    (tmp_path / "lossguard.toml").unlink()
    assert [file for file, _ in concise(tmp_path, "--per-file-ignores", f"{pattern}:LG101")] == left


def test_excluded_files_that_are_named_are_checked_unless_that_is_forced(tmp_path: Path) -> None:
    written(tmp_path, a_py=WRONG, old__b_py=WRONG, settings='exclude = ["old/"]')
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    (tmp_path / ".git").mkdir()
    (tmp_path / "ignored.py").write_text(WRONG)
    named = ("a.py", "old/b.py", "ignored.py", ".git/../a.py")

    assert concise(tmp_path) == [("a.py", "LG101")]
    assert [file for file, _ in concise(tmp_path, *named)] == ["a.py", "ignored.py", "old/b.py"]
    assert [file for file, _ in concise(tmp_path, "--force-exclude", *named)] == ["a.py"]
    assert lossguard("check", "--force-exclude", "old/b.py", cwd=tmp_path).status == 0
    assert concise(tmp_path, "--extend-exclude", "a.py") == []


def test_patterns_are_relative_to_their_file(tmp_path: Path) -> None:
    written(tmp_path, sub__lossguard_toml='exclude = ["/deep/b.py"]', sub__deep__b_py=WRONG, deep__b_py=WRONG)

    assert [file for file, _ in concise(tmp_path)] == ["deep/b.py"]
    assert concise(tmp_path, "sub/deep") == []


def test_imports_may_start_from_folders_that_are_named(tmp_path: Path) -> None:
    head = "import torch.nn.functional as F\n\n\ndef head(x):\n    return F.softmax(x, dim=1)\n"
    text = "import torch.nn.functional as F\nfrom ours import head\n\n\ndef f(x, y):\n    return F.cross_entropy(head(x), y)\n"
    written(tmp_path, python__lib__ours_py=head, python__other__ours_py=head, scripts__a_py=text)
    assert concise(tmp_path) == []

    assert concise(tmp_path, "--src", "python/lib") == [("scripts/a.py", "LG101")]
    written(tmp_path, settings='src = ["python/lib"]')
    assert concise(tmp_path) == [("scripts/a.py", "LG101")]
    assert concise(tmp_path, "--isolated") == []


def test_a_file_of_settings_can_be_named_and_single_ones_too(tmp_path: Path) -> None:
    written(tmp_path, a_py=WRONG, settings='ignore = ["LG4"]', other__mine_toml='ignore = ["LG101"]')

    assert concise(tmp_path, "--config", "other/mine.toml") == []
    assert concise(tmp_path, "--config", "extend-ignore = ['LG101']") == []
    assert concise(tmp_path, "--config", "other/mine.toml", "--ignore", "LG5") == [("a.py", "LG101")]
    assert load(tmp_path / "other" / "mine.toml").ignore == ("LG101",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--config", "no.toml"), "no.toml: no such file"),
        (("--config", "x = ["), "--config takes a file or a setting in TOML, not `x = [`"),
        (("--config", "selct = []"), "--selct: unknown setting `selct`; did you mean `select`?"),
        (("--severity", "LG1"), "--severity takes two things with `=` between them, not `LG1`"),
        (("--severity", "LG1=x"), "--severity: `severity.LG1`: 'x' is none of error, warning, info, off"),
        (("--severity", "LG999=error"), "--severity: unknown rule `LG999`"),
    ],
)
def test_options_that_cannot_be_used_are_one_line(options: tuple[str, ...], message: str, tmp_path: Path) -> None:
    ran = lossguard("check", *options, cwd=tmp_path)

    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert message in ran.err


def test_a_pyproject_without_settings_is_no_file_of_settings(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")

    with pytest.raises(ConfigError, match=r"no \[tool.lossguard\] in it"):
        load(tmp_path / "pyproject.toml")


def test_the_settings_in_force_are_printed_with_their_places(tmp_path: Path) -> None:
    written(
        tmp_path,
        settings='ignore = ["LG1"]\n[severity]\nLG2 = "off"\n',
        sub__lossguard_toml='extend = "../lossguard.toml"\n\nfail-on = "error"\nper-file-ignores = { "a*" = ["LG3"] }\n',
    )
    ran: Ran = lossguard("config", "sub/x.py", "--exclude", "b", cwd=tmp_path)
    lines = dict(line.split(" = ", 1) for line in ran.out.splitlines())

    assert list(lines) == [key for key in FIELDS if key != "extend"]
    assert lines["ignore"] == f'["LG1"]  # {tmp_path}/lossguard.toml:1'
    assert lines["severity"] == f'{{ "LG2" = "off" }}  # {tmp_path}/lossguard.toml:2'
    assert lines["fail-on"] == f'"error"  # {tmp_path}/sub/lossguard.toml:3'
    assert lines["per-file-ignores"] == f'{{ "a*" = ["LG3"] }}  # {tmp_path}/sub/lossguard.toml:4'
    assert lines["exclude"] == '["b"]  # --exclude'
    assert lines["src"] == "[]  # default"


def test_settings_travel_to_other_processes(tmp_path: Path) -> None:
    written(tmp_path, settings='severity = { LG1 = "off" }')

    assert pickle.loads(pickle.dumps(find(tmp_path))) == find(tmp_path)  # noqa: S301  # our own


def test_each_file_is_read_once(tmp_path: Path) -> None:
    seen: list[Config] = []
    closest = Closest(lambda config: seen.append(config) or config)  # type: ignore[func-returns-value]  # for its effect
    written(tmp_path, settings="")

    assert closest.of(tmp_path / "a") is closest.of(tmp_path / "b" / "c")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("text", "path", "row"),
    [
        ("[tool.a]\nx = 1\n[tool.lossguard]\n\nx = 2", ("x",), 5),
        ('[tool.lossguard]\nsrc = []\n[tool.lossguard."severity"]\n"LG1" = 1', ("severity", "LG1"), 4),
        ("[tool.lossguard]\nseverity = { LG1 = 1 }", ("severity", "LG1"), 2),
        ("[tool]\nlossguard.severity.LG1 = 2", ("severity", "LG1"), 2),
        ("tool.lossguard = { x = 1 }", ("x",), 1),
        ("[tool.lossguard]\nx = 1", ("y",), 1),
    ],
)
def test_a_setting_is_found_on_its_row(text: str, path: tuple[str, ...], row: int) -> None:
    assert row_of(text, ("tool", "lossguard"), *path) == row


def test_the_published_schema_is_current_and_describes_every_setting() -> None:
    published = json.loads((ROOT / "lossguard.schema.json").read_text(encoding="utf-8"))

    assert published == json.loads(json.dumps(schema()))
    assert set(published["properties"]) == set(FIELDS)
    assert all("description" in one for one in published["properties"].values())


def test_what_was_kept_can_be_removed(tmp_path: Path) -> None:
    written(tmp_path, a_py=WRONG)
    lossguard("check", cwd=tmp_path)

    assert lossguard("clean", cwd=tmp_path).out == "Removed .lossguard_cache.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.py"]
    assert lossguard("clean", cwd=tmp_path).out == ""
