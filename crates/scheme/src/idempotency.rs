//! Idempotency: a repeated request gets the stored response (protocol §2). A response that was lost on the way costs no
//! second text message and no second guess, and a recorded request repeats nothing.

use std::future::Future;

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::answer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::device::{Signed, Spent};
use crate::error::Error;
use crate::scheme::Scheme;

/// How long answers are kept, in milliseconds.
pub(crate) const KEPT_MS: i64 = 24 * 3_600_000;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept<T> {
    Done(T),
    Refused {
        code: String,
        extra: serde_json::Map<String, serde_json::Value>,
    },
}

impl Scheme {
    /// Does `work` for a new request and stores its answer. For a repeated request it returns the stored answer and does
    /// nothing. For answers without personal data, to requests whose sequence is spent.
    ///
    /// # Errors
    /// Those of `work`; `busy` for the repetition of a request that is not answered yet, or never was.
    pub(crate) async fn idempotent<T: Serialize + DeserializeOwned>(
        &self,
        signed: &Signed,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        let request = signed.hash;
        if signed.spent == Spent::Repeated {
            let kept = self
                .store
                .read(move |tx| answer::kept(tx, &request))
                .await?
                .ok_or(Error::from(ProblemCode::Busy))?;
            return match serde_json::from_str(&kept) {
                Ok(Kept::Done(answer)) => Ok(answer),
                Ok(Kept::Refused { code, extra }) => {
                    let code = ProblemCode::parse(&code)
                        .ok_or(Error::Corrupt("code of a stored refusal"))?;
                    Err(Problem { code, extra }.into())
                }
                Err(_) => Err(Error::Corrupt("stored answer")),
            };
        }
        let done = work.await;
        let body = match &done {
            Ok(answer) => serde_json::to_string(&Kept::Done(answer)),
            Err(Error::Refused(problem)) => serde_json::to_string(&Kept::<()>::Refused {
                code: problem.code.as_str().to_owned(),
                extra: problem.extra.clone(),
            }),
            Err(_) => return done,
        }
        .map_err(|_| Error::Internal("an answer does not serialize"))?;
        let kept = self
            .store
            .write(move |tx| {
                let now = tx.now()?;
                answer::keep(tx, &request, &body, now)
            })
            .await;
        if let Err(error) = kept {
            // The work is done all the same. A repeated request is told to come with a new sequence.
            tracing::warn!(%error, "an answer was not stored");
        }
        done
    }
}
