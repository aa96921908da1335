"""A worker whose connection to Redis is lost."""

import pytest
from django.conf import settings

from crmsolid.celery import app, queue_of
from tests.servers import empty_redis

pytestmark = [
    pytest.mark.skipif(not settings.REDIS_URL, reason="needs Redis as the broker"),
    pytest.mark.usefixtures("services"),
]


def test_worker_survives_the_loss_of_redis_with_a_task_received_and_not_begun() -> None:
    """kombu would put the task back over the lost connection, which raises."""
    empty_redis()
    task = "crmsolid.heartbeat"
    app.send_task(task, ignore_result=True)
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        queue = app.amqp.queues[queue_of(task)](channel)
        assert queue.get(no_ack=False) is not None
        assert channel.client.keys("unacked*") == []
        channel._pool = channel._async_pool = None
        connection.transport.client = None
        channel.close()
        assert channel.closed
    with app.connection_for_read() as again:
        assert again.default_channel.client.llen(queue_of(task)) == 0
