//! The same request again is answered as it was, without effect (protocol §2): an answer that got lost on the way costs
//! neither a second text message nor a second guess, and whoever recorded a request repeats nothing by it.

use std::future::Future;

use ipse_protocol::problem::{Problem, ProblemCode};
use ipse_store::answer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Scheme;
use crate::device::{Signed, Spent};
use crate::error::Error;

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
    /// Does `work` for a new request, and keeps what came of it; for a repetition it gives what is kept, and does nothing.
    /// For answers without personal data, to requests whose sequence is spent.
    ///
    /// # Errors
    /// Those of `work`; `busy` for a repetition of what is not answered yet, or never was.
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
                        .ok_or(Error::Internal("kept refusal of no code"))?;
                    Err(Problem { code, extra }.into())
                }
                Err(_) => Err(Error::Internal("kept answer does not parse")),
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
        .map_err(|_| Error::Internal("answer cannot be kept"))?;
        let kept = self
            .store
            .write(move |tx| {
                let now = tx.now()?;
                answer::keep(tx, &request, &body, now)
            })
            .await;
        if let Err(error) = kept {
            // It is done all the same; a repetition is told to come with a new sequence.
            tracing::warn!(%error, "answer not kept");
        }
        done
    }
}
