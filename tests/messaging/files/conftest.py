import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.test.signals import setting_changed
from moto.server import ThreadedMotoServer

from crmsolid.env import env_files


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of a server that speaks the protocol of S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def each_storage(request: Any, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test runs twice: with the files in a folder and in a bucket."""
    if request.param == "folder":
        address = str(tmp_path / "files")
    else:
        import boto3

        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "testing")
        endpoint = request.getfixturevalue("s3_server")
        bucket = f"bucket-{os.getpid()}"
        boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1").create_bucket(Bucket=bucket)
        address = f"s3://{bucket}/crm?endpoint_url={endpoint}&region=us-east-1&addressing_style=path"
    monkeypatch.setenv("CRMSOLID_FILES", address)
    settings.STORAGES = {**settings.STORAGES, "default": env_files("CRMSOLID_FILES", tmp_path)}
    assert setting_changed  # which has told Django's storages
    return str(request.param)
