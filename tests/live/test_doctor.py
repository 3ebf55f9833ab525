"""`clime doctor` sees what is wrong, one line each, and says how to fix it."""

import shutil
from pathlib import Path

import requests
from typer.testing import CliRunner

from ml_backend.campaigns.doctor import Finding, examine
from ml_backend.cli.commands import app
from ml_backend.store.version_folder import VersionFolder
from tests.live.conftest import MakeStage
from tests.live.stage import Stage


def _faults(stage: Stage) -> dict[str, Finding]:
    """What is wrong, by what was looked at."""
    return {finding.what: finding for finding in examine(stage.installation, stage.file) if not finding.ok}


def _only(stage: Stage, what: str, found: str, fix: str = "run `clime up`") -> None:
    """There is this one fault, and its fix."""
    faults = _faults(stage)
    assert list(faults) == [what], faults
    assert found in faults[what].found
    assert fix in faults[what].fix


def test_all_is_well(stage: Stage) -> None:
    """On a good campaign every line is ok, and the command ends with status 0."""
    findings = list(examine(stage.installation, stage.file))
    assert [finding for finding in findings if not finding.ok] == []
    seen = {finding.what.split(" of project")[0].split(" in project")[0] for finding in findings}
    assert {"Label Studio", "token", "backend", "model version", "label config", "order", "webhook"} <= seen
    settings = stage.installation.settings
    environment = {"CLIME_DATA_DIR": str(settings.data_dir), "CLIME_PORT": str(settings.port)}
    result = CliRunner().invoke(app, ["doctor", str(stage.file)], env=environment)
    assert result.exit_code == 0, result.output
    assert "bad" not in result.output


def test_a_fault_ends_with_status_1(make_stage: MakeStage) -> None:
    """The command prints the fault with its fix and ends with status 1."""
    stage = make_stage()  # not up
    settings = stage.installation.settings
    environment = {"CLIME_DATA_DIR": str(settings.data_dir), "CLIME_PORT": str(settings.port)}
    result = CliRunner().invoke(app, ["doctor", str(stage.file)], env=environment)
    assert result.exit_code == 1
    assert f"{stage.name} is not in this data folder" in result.output
    assert f"clime up {stage.file}" in result.output.replace("\n", "")


def test_wrong_token(make_stage: MakeStage, tmp_path: Path) -> None:
    """A refused token is the one fault that is named, for nothing further can be seen."""
    (tmp_path / "wrong").write_text("0" * 40)
    stage = make_stage({"label_studio": {"token_file": str(tmp_path / "wrong")}})
    _only(stage, "Label Studio", "the token was refused", "see the message")


def test_malformed_file(stage: Stage) -> None:
    """A campaign file that cannot be read is the one fault that is named."""
    stage.file.write_text("name = ", encoding="utf-8")
    _only(stage, "campaign file", "not a TOML file", "correct the file")


def test_missing_data(stage: Stage) -> None:
    """A data file that is gone is named, and the rest is looked at all the same."""
    text = stage.file.read_text().replace("pool.jsonl", "puddle.jsonl")
    stage.file.write_text(text)
    _only(stage, "data", "puddle.jsonl", "correct the file")


def test_missing_webhook(stage: Stage) -> None:
    """Without its webhook no event would ever come."""
    project = stage.project_row().project
    (hook,) = stage.server.hooks(project)
    stage.server.remove_hook(hook.id)
    _only(stage, f"webhook of project {project}", "is missing")
    stage.up()
    assert _faults(stage) == {}


def test_webhook_without_password(stage: Stage) -> None:
    """A webhook without password would be refused; switched off, it would never come."""
    project = stage.project_row().project
    (hook,) = stage.server.hooks(project)
    stage.ask("PATCH", f"/api/webhooks/{hook.id}/", {"headers": {}})
    _only(stage, f"webhook of project {project}", "does not carry the password")
    stage.ask("PATCH", f"/api/webhooks/{hook.id}/", {"is_active": False})
    _only(stage, f"webhook of project {project}", "is switched off")


def test_disconnected(stage: Stage) -> None:
    """A removed ML backend is seen."""
    project = stage.project_row().project
    (connection,) = stage.server.connections(project)
    stage.server.disconnect(connection.id)
    assert "is not connected" in _faults(stage)[f"backend in project {project}"].found


def test_settings_changed_by_hand(stage: Stage) -> None:
    """Another sampling, another model version and shown predictions are each seen, and `clime up` fixes them."""
    project = stage.project_row().project
    for change, found in (
        ({"sampling": "Sequential sampling"}, "sampling is 'Sequential sampling'"),
        ({"model_version": f"clime: {stage.name}"}, "the order is random"),
        ({"show_collab_predictions": True}, "predictions are shown to annotators"),
    ):
        stage.server.change_project(project, **change)
        _only(stage, f"order of project {project}", found)
        stage.up()
        assert _faults(stage) == {}


def test_broken_label_config(stage: Stage) -> None:
    """A category that was renamed in the project's settings is named; Label Studio then marks the backend too."""
    project = stage.project()
    config = project.label_config.replace('value="health"', 'value="illness"')
    stage.server.change_project(project.id, label_config=config)
    where = f"label config of project {project.id}"
    found = [finding.found for finding in examine(stage.installation, stage.file) if finding.what == where]
    assert any("<Choice value='health'> is missing" in text for text in found)
    assert set(_faults(stage)) <= {where, f"backend in project {project.id}"}


def test_backend_down(stage: Stage, make_stage: MakeStage) -> None:
    """Where nothing answers at the backend's address, or somebody with other passwords, it is said."""
    settings = stage.installation.settings
    stranger = make_stage(data="another-folder")
    for port, found, fix in (
        (1, "nothing answers at", "run `clime serve`"),
        (stranger.installation.settings.port, "has other passwords", "CLIME_DATA_DIR"),
    ):
        stage.installation.settings = settings.model_copy(update={"port": port})
        fault = _faults(stage)["backend"]
        assert found in fault.found
        assert fix in fault.fix
    stage.installation.settings = settings


def test_lost_model_folder(stage: Stage) -> None:
    """A live version whose files are gone is seen, and "Start training" fixes it."""
    shutil.rmtree(VersionFolder.of(stage.installation.folder(stage.row), stage.live).path)
    _only(stage, "model version", "has lost its folder", "press Start training")
    (backend,) = stage.server.connections(stage.project_row().project)
    stage.ask("POST", f"/api/ml/{backend.id}/train", {})
    stage.work()
    assert _faults(stage) == {}


def test_another_project_of_that_number(stage: Stage) -> None:
    """A deleted project is said to be gone."""
    project = stage.project_row().project
    stage.ask("DELETE", f"/api/projects/{project}/")
    assert "not found" in _faults(stage)[f"project {project}"].found
    assert stage.get("/health").status_code == requests.codes.ok
