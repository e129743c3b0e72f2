//! The person's own things (docs/protocol.md §4).

use ipse_protocol::terms::BlockReason;
use ipse_protocol::wire::{
    ActionsResponse, BlockRequest, BlockResponse, DeviceSummary, DevicesResponse, Empty,
    MeResponse, OwnActionResponse,
};

use crate::{Phone, Result};

impl Phone {
    /// Who the person is to the scheme, and how they stand.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn me(&self) -> Result<MeResponse> {
        self.enrolled()?;
        self.get("/phone/v1/me").await
    }

    /// The person's devices.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn devices(&self) -> Result<Vec<DeviceSummary>> {
        self.enrolled()?;
        let answer: DevicesResponse = self.get("/phone/v1/devices").await?;
        Ok(answer.devices)
    }

    /// The latest actions, open and past, newest first.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn actions(&self) -> Result<ActionsResponse> {
        self.enrolled()?;
        self.get("/phone/v1/actions").await
    }

    /// All actions, open and past, newest first.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn all_actions(&self) -> Result<ActionsResponse> {
        let mut all = self.actions().await?;
        while all.more {
            let last = [all.open.last(), all.past.last()];
            let last = last
                .into_iter()
                .flatten()
                .min_by_key(|a| (a.created, &a.id));
            let Some(last) = last else { break };
            let path = format!("/phone/v1/actions?before={}", last.id);
            let earlier: ActionsResponse = self.get(&path).await?;
            all.open.extend(earlier.open);
            all.past.extend(earlier.past);
            all.more = earlier.more;
        }
        Ok(all)
    }

    /// Blocks the identity, at once.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn block(&self) -> Result<BlockResponse> {
        self.enrolled()?;
        let reason = BlockReason::Person;
        self.post("/phone/v1/block", &BlockRequest { reason }).await
    }

    /// Asks for the action that lifts the person's own block when it is approved with the code.
    ///
    /// # Errors
    /// The refusals of the protocol.
    pub async fn unblock(&self) -> Result<String> {
        self.enrolled()?;
        let answer: OwnActionResponse = self.post("/phone/v1/unblock", &Empty {}).await?;
        Ok(answer.action)
    }
}
