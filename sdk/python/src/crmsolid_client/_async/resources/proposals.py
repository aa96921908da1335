"""Proposals: writes of this key that wait until a member approves them."""

from __future__ import annotations

import asyncio
import time

from ... import models
from ..._requests import read, write
from ...errors import WaitTimeoutError
from ..pages import AsyncPages
from .base import AsyncResource

LONGEST_PAUSE = 60.0


class AsyncProposals(AsyncResource):
    def list(
        self,
        *,
        status: models.ProposalStatusIn | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[models.Proposal]:
        """The writes of this key that wait for an approval, or did, newest first."""
        return self._pages(read("/v1/proposals", status=status, limit=limit, cursor=cursor), models.Proposal)

    async def get(self, proposal_id: str) -> models.Proposal:
        """A proposal as it is now: ``result`` is what the call has answered, ``note`` what whoever decided says."""
        return await self._transport.model(read("/v1/proposals/{}", proposal_id), models.Proposal)

    async def wait(self, proposal_id: str, timeout: float = 86_400.0) -> models.Proposal:
        """The proposal once it was carried out, or will not be. WaitTimeoutError after ``timeout`` seconds; the
        proposal waits on then."""
        ends_at = time.monotonic() + timeout
        pause = 1.0
        while True:
            proposal = await self.get(proposal_id)
            if proposal.status != "pending" and (proposal.status != "approved" or proposal.run_at is not None):
                return proposal
            left = ends_at - time.monotonic()
            if left <= 0:
                raise WaitTimeoutError(f"{proposal_id} is still {proposal.status} after {timeout:g} s")
            await asyncio.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)

    async def cancel(self, proposal_id: str, *, idempotency_key: str | None = None) -> models.Proposal:
        """Take back a proposal that waits."""
        call = write("POST", "/v1/proposals/{}/cancel", proposal_id, idempotency_key=idempotency_key)
        return await self._transport.model(call, models.Proposal)
