"""The scenarios of faults, with the .NET client."""

from tests.sdk.dotnet.projects import DotNet
from tests.sdk.faults.suite import Suite


def test_client(dotnet: DotNet, faults: Suite) -> None:
    dotnet.built()
    name = "CrmSolid.Client.Faults"
    faults.check(["dotnet", str(dotnet.artifacts / "bin" / name / "release" / f"{name}.dll")])
