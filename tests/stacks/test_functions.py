"""Every folder of functions/ is deployed, with what it says that it needs."""

import ast
import inspect
from pathlib import Path

import pytest

from stacks.constructs.python_function import function_code, function_folders
from stacks.processing_stack import ProcessingStack
from tests.stacks.mappings import mapped
from tests.stacks.synthesis import ROOT, Deployment, Resource, as_list, statements, synthesize

FOLDERS = function_folders()
CONVERGES = "Convergence.of"
POWERTOOLS = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
}


def settings_of(folder: str) -> tuple[set[str], set[str]]:
    """Return the variables that functions/<folder>/settings.py requires, and all that it reads."""
    tree = ast.parse((ROOT / "functions" / folder / "settings.py").read_text())
    [settings] = [
        node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings"
    ]
    fields = [node for node in settings.body if isinstance(node, ast.AnnAssign)]
    names = {
        field: field.target.id.upper() for field in fields if isinstance(field.target, ast.Name)
    }
    required = {name for field, name in names.items() if not has_default(field.value)}
    return required, set(names.values())


def has_default(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return any(keyword.arg in ("default", "default_factory") for keyword in value.keywords)
    return value is not None


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def reached_by(folder: str) -> set[str]:
    """Every module that a function's folder imports, through `darkroom` as well."""
    waiting = set().union(*map(imports, (ROOT / "functions" / folder).glob("*.py")))
    seen: set[str] = set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        if module.startswith("darkroom."):
            place = ROOT / "layers/shared/python" / module.replace(".", "/")
            files = [place.with_suffix(".py"), *place.glob("*.py")]
            waiting |= set().union(*(imports(file) for file in files if file.exists())) - seen
    return seen


def fed_by_queues(stage: Deployment) -> set[str]:
    fed = {function.id for name, (function, _) in mapped(stage).items() if "stream" not in name}
    return {folder for folder, function in stage.functions().items() if function.id in fed}


def test_every_folder_is_deployed_under_its_own_dotted_path(stage: Deployment) -> None:
    handlers = {folder: each.properties["Handler"] for folder, each in stage.functions().items()}
    assert handlers == {folder: f"functions.{folder}.handler.handler" for folder in FOLDERS}


def test_every_method_of_the_stack_is_a_folder() -> None:
    methods = {name for name in vars(ProcessingStack) if not name.startswith("_")}
    assert methods == set(FOLDERS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_gets_the_settings_it_declares_and_no_others(
    stage: Deployment, folder: str
) -> None:
    required, known = settings_of(folder)
    given = set(stage.functions()[folder].properties["Environment"]["Variables"])
    assert given >= POWERTOOLS
    assert required <= given - POWERTOOLS <= known


def test_a_function_is_named_and_logs_as_its_stage_says(stage: Deployment) -> None:
    for folder, function in stage.functions().items():
        variables = function.properties["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == folder
        assert variables["POWERTOOLS_LOG_LEVEL"] == stage.config.log_level


def test_the_stack_is_one_method_for_each_function() -> None:
    methods = {name for name, each in vars(ProcessingStack).items() if callable(each)}
    assert {name for name in methods if not name.startswith("_")} == set(FOLDERS)
    assert {name for name in methods if name.startswith("_")} <= {"__init__", "_deploy"}
    for each in (vars(ProcessingStack)[folder] for folder in FOLDERS):
        assert len(inspect.getsource(each).splitlines()) <= 55, each


def test_lambda_drops_no_metrics(stage: Deployment) -> None:
    for function in stage.functions().values():
        logging = function.properties["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        assert logging["ApplicationLogLevel"] in ("DEBUG", "INFO")


def test_a_function_runs_on_its_stages_python_and_platform(stage: Deployment) -> None:
    for folder, function in stage.functions().items():
        resizes = folder == "make_thumbnails"
        target = stage.config.resizing_target if resizes else stage.config.target
        assert function.properties["Runtime"] == f"python{target.python}"
        assert function.properties["Architectures"] == [target.architecture]


def test_what_uploads_run_is_traced_where_the_stage_says_so(stage: Deployment) -> None:
    fed = {"make_thumbnails", "index_metadata", "report_changes", "announce_changes"}
    for folder, function in stage.functions().items():
        traced = folder not in fed or stage.config.trace_uploads
        mode = "Active" if traced else "PassThrough"
        assert function.properties["TracingConfig"] == {"Mode": mode}, folder


def test_aws_runs_python_3_13_on_arm(sandbox: Deployment, production: Deployment) -> None:
    for config in (sandbox.config, production.config):
        assert (config.target.python, config.target.architecture) == ("3.13", "arm64")
        assert config.resizing_target.architecture == "x86_64"


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_functions_that_decode_pictures_get_pillow(sandbox: Deployment, folder: str) -> None:
    layers = {sandbox.named(layer) for layer in sandbox.functions()[folder].properties["Layers"]}
    reached = {module.split(".")[0] for module in reached_by(folder)}
    wheels = {"LayersResizing"} if "cykooz_resizer" in reached else {"LayersImaging"}
    assert layers == {"LayersShared", "LayersPowertools"} | (wheels if "PIL" in reached else set())


def test_every_function_has_a_role_without_managed_policies(stage: Deployment) -> None:
    roles = [stage.named(each.properties["Role"]) for each in stage.functions().values()]
    assert len(set(roles)) == len(FOLDERS)
    for role in stage.ours("AWS::IAM::Role"):
        assert "ManagedPolicyArns" not in role.properties


def test_every_function_has_a_log_group_that_forgets(stage: Deployment) -> None:
    groups = {group.id: group.properties for group in stage.all("AWS::Logs::LogGroup")}
    for function in stage.functions().values():
        group = groups[function.properties["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["RetentionInDays"] == stage.config.log_days


def test_every_event_source_invokes_the_live_alias(stage: Deployment) -> None:
    aliases = {alias.id: alias.properties for alias in stage.all("AWS::Lambda::Alias")}
    assert {alias["Name"] for alias in aliases.values()} == {"live"}
    mappings = stage.all("AWS::Lambda::EventSourceMapping")
    queues = [each for each in stage.all("AWS::SQS::Queue") if "RedrivePolicy" in each.properties]
    streams = [each for each in mappings if "StartingPosition" in each.properties]
    assert len(mappings) == len(queues) + len(streams)
    for mapping in mappings:
        *_, suffix = mapping.properties["FunctionName"]["Fn::Join"][1]
        assert suffix == ":live"
        assert any(alias in str(mapping.properties["FunctionName"]) for alias in aliases)


def test_a_schedule_invokes_the_live_alias_where_the_stage_has_one(stage: Deployment) -> None:
    every = stage.all("AWS::Scheduler::Schedule")
    assert all(stage.named(s.properties["Target"]["Arn"]).endswith("Live") for s in every)
    schedules = [each for each in every if each.id.startswith("Reconcile")]
    assert len(schedules) == (1 if stage.config.sweep_scheduled else 0)
    for schedule in schedules:
        target = schedule.properties["Target"]
        assert stage.named(target["Arn"]) == "ReconcileFunctionLive"
        assert stage.named(target["RoleArn"]) == "ReconcileSchedulerRole"
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 300
        assert schedule.properties["ScheduleExpression"] == "rate(5 minutes)"


def test_the_scheduler_may_run_that_function_and_nothing_else(stage: Deployment) -> None:
    for role in stage.ours("AWS::IAM::Role"):
        trusted = statements(role)[0]["Principal"].get("Service")
        if trusted == "scheduler.amazonaws.com":
            [policy] = role.properties["Policies"]
            allowed = policy["PolicyDocument"]["Statement"]
            assert {each["Action"]: stage.named(each["Resource"]) for each in allowed} == {
                "lambda:InvokeFunction": f"{role_of(role)}FunctionLive",
                "sqs:SendMessage": f"{role_of(role)}Missed",
            }
            assert "aws:SourceAccount" in str(statements(role)[0]["Condition"])
        else:
            assert "Policies" not in role.properties


def role_of(role: Resource) -> str:
    """Return whose scheduler's role it is."""
    return role.id.split("SchedulerRole")[0]


def facets_in(folder: str) -> set[str]:
    """Return the facets that a handler says it converges."""
    tree = ast.parse((ROOT / "functions" / folder / "handler.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == CONVERGES}


def test_the_sweep_looks_for_the_facets_that_the_handlers_write(stage: Deployment) -> None:
    written = set().union(*map(facets_in, FOLDERS))
    facets = stage.functions()["reconcile"].properties["Environment"]["Variables"]["FACETS"]
    assert set(facets.split(",")) == written == {"METADATA", "THUMBNAILS"}
    assert stage.outputs("Processing")["Facets"] == facets


def test_every_event_source_reports_the_failed_items_of_a_batch(stage: Deployment) -> None:
    for mapping in stage.all("AWS::Lambda::EventSourceMapping"):
        assert as_list(mapping.properties["FunctionResponseTypes"]) == ["ReportBatchItemFailures"]


def test_a_folder_without_a_handler_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no functions/nonesuch/handler\.py"):
        function_code("nonesuch")


@pytest.mark.exhaustive
def test_a_warning_stage_still_sends_its_metrics(production: Deployment) -> None:
    for function in synthesize(production.config, log_level="WARNING").functions().values():
        assert function.properties["LoggingConfig"]["ApplicationLogLevel"] == "INFO"
        assert function.properties["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"] == "WARNING"
