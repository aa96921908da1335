"""The .NET client, built and tested by the .NET SDK."""

from xml.etree import ElementTree

from crmsolid_client import CrmSolid
from tests.sdk.dotnet.projects import SDK, SOLUTION, DotNet
from tests.sdk.live import Live
from tests.sdk.operations import not_called
from tests.sdk.sends import send_through_a_kill

# Faults that one test has planned would meet the requests of another.
ONE_AFTER_THE_OTHER = "xUnit.ParallelizeTestCollections=false"


def test_every_project_is_in_the_solution() -> None:
    projects = {
        path.relative_to(SDK).as_posix() for part in ("src", "tests") for path in SDK.glob(f"{part}/*/*.csproj")
    }
    assert {each.attrib["Path"] for each in ElementTree.parse(SOLUTION).iter("Project")} == projects


def test_its_tests_against_a_fake_server_pass(dotnet: DotNet) -> None:
    results = dotnet.tests("FullyQualifiedName!~.Live.&FullyQualifiedName!~.ToleranceTests.")
    assert len(results) > 50
    assert {name for name, outcome in results.items() if outcome != "Passed"} == set()


def test_its_tests_against_the_product_pass_and_call_every_operation(dotnet: DotNet, live: Live) -> None:
    results = dotnet.tests("FullyQualifiedName~.Live.", ONE_AFTER_THE_OTHER, environment=live.environment())
    assert results
    assert {name for name, outcome in results.items() if outcome != "Passed"} == set()
    assert not_called(live.proxy.lines()) == []


def test_server_that_is_killed_between_commit_and_answer_sends_once(dotnet: DotNet, live: Live) -> None:
    dotnet.built()

    def send(url: str) -> dict[str, str]:
        environment = {**live.environment(), "CRMSOLID_URL": url, "CRMSOLID_TEST_ONCE_TO": "killed_dotnet"}
        return dotnet.tests("FullyQualifiedName~.KilledServerTests.", environment=environment)

    with CrmSolid(live.key, live.url) as crm:
        sent = send_through_a_kill(live, crm, "killed_dotnet", send)
    assert list(sent.values()) == ["Passed"]
