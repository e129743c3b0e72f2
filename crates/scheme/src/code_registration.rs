//! The first half of registering a code, counted.

use ipse_protocol::bytes::B64u;
use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_protocol::wire::CodeResponse;
use ipse_store::{StoreError, Tx};

use crate::error::Error;
use crate::scheme::Scheme;

impl Scheme {
    /// First half of registering a code. `count` counts it for the enrolment or recovery, which ends at `ends`. A repeated
    /// request counts too, since the first one may have been refused.
    pub(crate) async fn register_code(
        &self,
        identifier: String,
        request: &[u8],
        ends: i64,
        mut count: impl FnMut(&mut Tx) -> Result<bool, StoreError> + Send + 'static,
    ) -> Result<CodeResponse, Error> {
        let answer = self.code.register(&identifier, request)?;
        let counted = move |tx: &mut Tx| {
            if count(tx)? {
                return Ok(());
            }
            let left = (ends - tx.now()?).max(1);
            Err(Problem::new(ProblemCode::TooManyRequests)
                .with("retry_after_ms", left)
                .into())
        };
        self.write(counted).await?;
        Ok(CodeResponse {
            registration_response: B64u(answer),
            credential_identifier: identifier,
        })
    }
}
